package io.penstock.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.options.Readahead;
import io.penstock.sampler.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packages below the bindings refuse just what C would refuse, and calls for writers do their work.
 */
@Tag("platform")
class NativeLimitsTest {
  @Test
  void readaheadTakesWhatReadersTake() {
    int depth = NativeLimits.MAX_QUEUE_DEPTH;
    int most = NativeLimits.MAX_READ_BYTES;
    int least = NativeLimits.BLOCK_BYTES;

    assertThat(Readahead.parse("queueDepth=" + depth).queueDepth()).isEqualTo(depth);
    assertThat(Readahead.parse("maxRead=" + most).maxReadBytes()).isEqualTo(most);
    assertThat(Readahead.parse("maxRead=" + least).maxReadBytes()).isEqualTo(least);
    for (String tooMuch :
        new String[] {
          "queueDepth=" + (depth + 1), "maxRead=" + (most + 1), "maxRead=" + (least - 1)
        }) {
      assertThatIllegalArgumentException().isThrownBy(() -> Readahead.parse(tooMuch));
    }
  }

  @Test
  void samplersHaveAsManyRecordsAsDatasets() {
    assertThat(Sampler.of(NativeLimits.MAX_RECORDS, 0).recordCount())
        .isEqualTo(NativeLimits.MAX_RECORDS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(NativeLimits.MAX_RECORDS + 1, 0));
  }

  @Test
  void roomIsReservedAndAnAbsurdSizeIsRefused(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[] {1, 2, 3});

    assertThat(FileSpace.reserve(file, 1 << 20)).isEmpty();
    assertThat(Files.readAllBytes(file)).startsWith(1, 2, 3);
    assertThat(FileSpace.reserve(file, Long.MAX_VALUE).stream().toList())
        .isSubsetOf("EFBIG", "ENOSPC");
  }

  @Test
  void pagesHaveThePowerOfTwoThatTheKernelSays() {
    assertThat(Long.bitCount(NativePages.pageBytes())).isOne();
    assertThat(NativePages.pageBytes()).isGreaterThanOrEqualTo(4096);
  }
}
