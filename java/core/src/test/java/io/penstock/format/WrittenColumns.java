package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.Loader;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Columns of a container that a script wrote, as a second reader found them: {@code NAME.sizes} and
 * {@code NAME.bin} for each. Compares them with what is read here, record by record.
 */
final class WrittenColumns {
  private WrittenColumns() {}

  /**
   * Runs a script of these resources, with its copy in a directory; skips if there is no Python.
   */
  static void python(Path dir, String script, Object... arguments)
      throws IOException, InterruptedException {
    Path program = dir.resolve(script);
    try (InputStream in = WrittenColumns.class.getResourceAsStream(script)) {
      Files.write(program, in.readAllBytes());
    }
    List<String> command = new ArrayList<>(List.of("python3", program.toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "python3 is not on the PATH, so nothing is written: " + e.getMessage());
      throw e;
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.waitFor();
    assumeTrue(status != 77, () -> "python3 has no NumPy: " + text.strip());
    assertThat(status).as(text).isZero();
  }

  /** What the second reader found in a column. */
  private static final class Expected {
    private final MemorySegment values;

    /** Where values end; 0 before the first. */
    private final long[] ends;

    private Expected(MemorySegment values, long[] ends) {
      this.values = values;
      this.ends = ends;
    }

    static Expected of(Path folder, String column, Arena arena) throws IOException {
      MemorySegment sizes = map(folder.resolve(column + ".sizes"), arena);
      long[] ends = new long[(int) (sizes.byteSize() / 8) + 1];
      for (int i = 1; i < ends.length; i++) {
        ends[i] = ends[i - 1] + sizes.getAtIndex(ValueLayout.JAVA_LONG, i - 1L);
      }
      return new Expected(map(folder.resolve(column + ".bin"), arena), ends);
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
      try (FileChannel channel = FileChannel.open(file)) {
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      }
    }

    boolean isRecord(MemorySegment record, long index) {
      long begin = ends[(int) index];
      return record.mismatch(values.asSlice(begin, ends[(int) index + 1] - begin)) < 0;
    }
  }

  /** Reads all columns, and compares each record; returns how many columns. */
  static int check(Path folder, Function<String, Source> source, Shuffle shuffle)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Map<String, Expected> expected = expected(folder, arena);
      DatasetBuilder builder = Dataset.builder();
      expected.keySet().forEach(column -> builder.column(column, source.apply(column)));
      try (Dataset dataset = builder.open();
          Loader loader = dataset.loader().batchSize(500).seed(3).shuffle(shuffle).build()) {
        int records = expected.values().iterator().next().ends.length - 1;
        assertThat(dataset.recordCount()).isEqualTo(records);
        BitSet seen = new BitSet(records);
        for (Batch batch : loader.epoch(0)) {
          for (int i = 0; i < batch.size(); i++) {
            long index = batch.index(i);
            for (Map.Entry<String, Expected> column : expected.entrySet()) {
              if (!column.getValue().isRecord(batch.record(column.getKey(), i), index)) {
                throw new AssertionError("record " + index + " of " + column.getKey() + " differs");
              }
            }
            seen.set((int) index);
          }
        }
        assertThat(seen.cardinality()).isEqualTo(records);
      }
      return expected.size();
    }
  }

  private static Map<String, Expected> expected(Path folder, Arena arena) throws IOException {
    Map<String, Expected> columns = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(".sizes")) {
          String column = name.substring(0, name.length() - ".sizes".length());
          columns.put(column, Expected.of(folder, column, arena));
        }
      }
    }
    return columns;
  }
}
