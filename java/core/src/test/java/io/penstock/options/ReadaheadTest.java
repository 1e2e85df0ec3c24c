package io.penstock.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadaheadTest {
  @Test
  void defaultsAreTheDocumentedOnes() {
    assertThat(Readahead.DEFAULT)
        .hasToString(
            "backend=auto,io=auto,queueDepth=64,prefetchBatches=8,mergeGap=16k,maxRead=512k,"
                + "advice=auto,dropBehind=false,hugePages=true,fixedBuffers=true,ioThreads=1,"
                + "cache=0");
  }

  @Test
  void flagsThatAreNotNamedKeepTheirDefaults() {
    Readahead readahead = Readahead.parse("queueDepth=128,io=direct");

    assertThat(readahead.queueDepth()).isEqualTo(128);
    assertThat(readahead.io()).isEqualTo(Readahead.Io.DIRECT);
    assertThat(readahead.prefetchBatches()).isEqualTo(8);
    assertThat(readahead.given())
        .containsExactlyInAnyOrder(ReadaheadFlag.QUEUE_DEPTH, ReadaheadFlag.IO);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "backend=mmap",
        "backend=uring,io=direct,queueDepth=1,prefetchBatches=1000,mergeGap=0,maxRead=64m",
        "advice=sequential,dropBehind=true,hugePages=false,fixedBuffers=false,ioThreads=4,cache=0",
        "mergeGap=1000,maxRead=4097"
      })
  void textIsReadBackAsTheSameFlags(String flags) {
    Readahead readahead = Readahead.parse(flags);

    assertThat(Readahead.parse(readahead.toString())).isEqualTo(readahead);
    assertThat(Readahead.parse(readahead.toString())).hasToString(readahead.toString());
  }

  @Test
  void whatABuilderSetsIsGivenAndWinsOverPropertyAndEnvironment() {
    Readahead built =
        Readahead.builder()
            .backend(Readahead.Backend.PREAD)
            .io(Readahead.Io.BUFFERED)
            .queueDepth(128)
            .prefetchBatches(3)
            .mergeGapBytes(4096)
            .maxReadBytes(1 << 20)
            .advice(Readahead.Advice.NORMAL)
            .dropBehind(true)
            .hugePages(false)
            .fixedBuffers(false)
            .ioThreads(2)
            .cacheBytes(0)
            .build();

    assertThat(built)
        .hasToString(
            "backend=pread,io=buffered,queueDepth=128,prefetchBatches=3,mergeGap=4k,maxRead=1m,"
                + "advice=normal,dropBehind=true,hugePages=false,fixedBuffers=false,ioThreads=2,"
                + "cache=0");
    assertThat(built).isEqualTo(Readahead.parse(built.toString()));
    assertThat(Readahead.merge("queueDepth=5,ioThreads=9", "io=direct", built)).isEqualTo(built);
  }

  @Test
  void whatABuilderDoesNotSetIsLeftToPropertyAndEnvironment() {
    Readahead built = Readahead.builder().queueDepth(64).build();

    assertThat(built.given()).containsExactly(ReadaheadFlag.QUEUE_DEPTH);
    assertThat(Readahead.merge("queueDepth=5,ioThreads=9", null, built))
        .isEqualTo(Readahead.parse("queueDepth=64,ioThreads=9"));
  }

  @Test
  void aBuilderRefusesWhatParseRefuses() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Readahead.builder().queueDepth(0).build())
        .withMessage("queueDepth must be 1 to 4096, was 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Readahead.builder().cacheBytes(-1).build())
        .withMessageContaining("cache must be");
  }

  @Test
  void sizesHaveUnits() {
    assertThat(Readahead.parse("maxRead=1m").maxReadBytes()).isEqualTo(1 << 20);
    assertThat(Readahead.parse("maxRead=8K").maxReadBytes()).isEqualTo(8192);
    assertThat(Readahead.parse("mergeGap=4096")).hasToString(Readahead.parse("mergeGap=4k") + "");
  }

  @Test
  void spacesAroundFlagsAreAllowed() {
    assertThat(Readahead.parse(" io = direct , queueDepth = 2 "))
        .isEqualTo(Readahead.parse("io=direct,queueDepth=2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "queueDepth=0 | queueDepth must be 1 to 4096, was 0",
        "queueDepth=5000 | queueDepth must be 1 to 4096, was 5000",
        "queueDepth=x | queueDepth must be a number, was 'x'",
        "prefetchBatches=0 | prefetchBatches must be 1 to 1000, was 0",
        "mergeGap=65m | mergeGap must be 0 to 67108864, was 68157440",
        "maxRead=4095 | maxRead must be 4096 to 67108864, was 4095",
        "maxRead=9g | maxRead must be 4096 to 67108864",
        "maxRead=1.5m | maxRead must be a size as 4096, 16k, 512m or 1g, was '1.5m'",
        "maxRead=99999999999g | maxRead must be a size",
        "backend=fast | backend must be one of [auto, uring, pread, mmap, java], was 'fast'",
        "io=Direct | io must be one of [auto, direct, buffered], was 'Direct'",
        "advice= | advice must be one of [auto, normal, random, sequential, willneed], was ''",
        "dropBehind=yes | dropBehind must be true or false, was 'yes'",
        "ioThreads=65 | ioThreads must be 1 to 64, was 65",
        "cache=-1 | cache",
        "cache=1g,backend=mmap | cache must be 0",
        "backend=mmap,io=direct | io must be auto or buffered with backend=mmap",
        "queueDepth | queueDepth must have a value",
        "depth=3 | readahead flag must be one of [backend, io, queueDepth,",
        "io=direct,,queueDepth=1 | readahead flag must be one of"
      })
  void wrongFlagsAreNamedWithTheirRule(String flags, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Readahead.parse(flags))
        .withMessageContaining(message);
  }

  @Test
  void codeWinsOverEnvironmentAndThatOverProperty() {
    Readahead merged =
        Readahead.merge(
            "queueDepth=1,prefetchBatches=2,io=buffered",
            "queueDepth=3,prefetchBatches=4",
            Readahead.parse("queueDepth=5"));

    assertThat(merged).isEqualTo(Readahead.parse("queueDepth=5,prefetchBatches=4,io=buffered"));
  }

  @Test
  void flagsThatCodeLeavesAtTheirDefaultsDoNotWin() {
    assertThat(Readahead.merge("queueDepth=1", null, Readahead.DEFAULT))
        .isEqualTo(Readahead.parse("queueDepth=1"));
  }

  @Test
  void aDefaultThatCodeNamesDoesWin() {
    assertThat(Readahead.merge("queueDepth=1", null, Readahead.parse("queueDepth=64")))
        .isEqualTo(Readahead.DEFAULT);
  }

  @Test
  void anErrorOutsideOfCodeNamesItsSource() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Readahead.merge(null, "io=fast", Readahead.DEFAULT))
        .withMessageContaining("PENSTOCK_READAHEAD")
        .withMessageContaining("io must be one of");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Readahead.merge("io=fast", null, Readahead.DEFAULT))
        .withMessageContaining("penstock.readahead");
  }
}
