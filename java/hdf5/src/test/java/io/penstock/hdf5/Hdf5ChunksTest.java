package io.penstock.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Datasets in chunks without filters, as h5py writes them: read in place where that is possible.
 */
class Hdf5ChunksTest {
  private static final Path SCRIPT =
      Path.of("src/test/resources/io/penstock/hdf5/write_chunks.py").toAbsolutePath();
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir Path directory;

  @BeforeEach
  void hasH5py() throws Exception {
    assumeThat(run(PYTHON, "-c", "import h5py, numpy")).as("h5py is not installed").isZero();
  }

  private static int run(String... command) throws Exception {
    if (!Files.isExecutable(Path.of(command[0]))) {
      return 1;
    }
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  /** Each dataset NAME.h5#x was also written as NAME.npy, by NumPy. */
  @Test
  void recordsInWholeChunksAreReadInPlaceInAnyOrder() throws Exception {
    assertThat(run(PYTHON, SCRIPT.toString(), directory.toString(), "whole")).isZero();
    int read = 0;
    for (Path file : files()) {
      Source chunked = Source.of(file).part("x");
      Source plain = Source.of(sibling(file, ".npy"));
      ArrayLayout layout = Formats.open(chunked);
      assertThat(layout.shape()).as("%s", file).isEqualTo(Formats.open(plain).shape());
      assertThat(Formats.streamed(chunked)).isEmpty();
      for (boolean isShuffled : new boolean[] {false, true}) {
        for (String backend : new String[] {"mmap", "pread"}) {
          assertSame(chunked, plain, isShuffled, backend);
        }
      }
      read++;
    }
    assertThat(read).isGreaterThanOrEqualTo(26);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(file -> file.toString().endsWith(".h5")).sorted().toList();
    }
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName().toString().replace(".h5", suffix));
  }

  private static void assertSame(Source chunked, Source plain, boolean isShuffled, String backend) {
    try (Dataset dataset =
            Dataset.builder().column("chunked", chunked).column("plain", plain).open();
        Loader loader = loader(dataset, isShuffled, backend)) {
      long records = 0;
      for (Batch batch : loader.epoch(0)) {
        assertThat(batch.column("chunked").mismatch(batch.column("plain")))
            .as("%s, %s", chunked, backend)
            .isEqualTo(-1);
        records += batch.size();
      }
      assertThat(records).isEqualTo(dataset.recordCount());
    }
  }

  private static Loader loader(Dataset dataset, boolean isShuffled, String backend) {
    LoaderBuilder builder =
        dataset
            .loader()
            .batchSize(7)
            .memoryBytes(16 << 20)
            .readahead(Readahead.parse("backend=" + backend));
    return (isShuffled ? builder.seed(5) : builder.shuffle(Shuffle.NONE)).build();
  }

  @Test
  void otherChunksAreRefusedWithTheReasonAndStreamed() throws Exception {
    assertThat(run(PYTHON, SCRIPT.toString(), directory.toString(), "refused")).isZero();
    Path file = directory.resolve("refused.h5");
    assertRefused(
        file, "cut", "chunks of shape 3x2x2, which cut a record of shape 5x4 into 6 pieces");
    assertRefused(file, "holes", "found some that were never written");
    assertRefused(file, "empty", "found some that were never written");
    assertRefused(file, "large", "found some that were never written");
    assertRefused(file, "wide", "larger ones of shape 2x3x8, in which its elements lie apart");
    assertRefused(file, "gzip", "chunked or compressed (gzip)");
  }

  private static void assertRefused(Path file, String name, String reason) throws IOException {
    Part part =
        Formats.parts(file).stream().filter(one -> one.name().equals(name)).findFirst().get();
    assertThat(part.problem().orElseThrow()).contains(reason).contains("penstock convert");
    assertThat(part.streamed()).isPresent();
    assertThatThrownBy(() -> Formats.open(Source.of(file).part(name)))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(reason);
  }

  /** The file is sparse. */
  @Test
  void chunksBeyond4GibibytesAreReadInPlace() throws Exception {
    assertThat(run(PYTHON, SCRIPT.toString(), directory.toString(), "far")).isZero();
    Path file = directory.resolve("far.h5");
    Source chunked = Source.of(file).part("x");
    assertThat(Formats.open(chunked).dataOffset()).isGreaterThan(4L << 30);
    for (boolean isShuffled : new boolean[] {false, true}) {
      assertSame(chunked, Source.of(directory.resolve("far.npy")), isShuffled, "pread");
    }
  }

  @Test
  void aHundredThousandChunksAreReadInPlace() throws Exception {
    assertThat(run(PYTHON, SCRIPT.toString(), directory.toString(), "many")).isZero();
    for (Path file : files()) {
      ArrayLayout layout = Formats.open(Source.of(file).part("x"));
      assertThat(layout.runs()).hasSizeGreaterThan(50_000);
      Source chunked = Source.of(file).part("x");
      assertSame(chunked, Source.of(sibling(file, ".npy")), true, "pread");
    }
  }
}
