package io.penstock.cli.make;

import io.penstock.Dataset;
import io.penstock.cli.options.ColumnValues;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.sampler.Sampler;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;

/** The order in a file of indices, the same in each epoch. Takes 8 bytes per index. */
public final class IndexSampler implements Sampler {
  private static final String NAME = "indices";

  /** The length limit of a Java array. */
  private static final int MAX_INDICES = Integer.MAX_VALUE - 8;

  private final long recordCount;
  private final long[] indices;

  private IndexSampler(long recordCount, long[] indices) {
    this.recordCount = recordCount;
    this.indices = indices;
  }

  /**
   * Reads indices.
   *
   * @param path an array of integers, or text with one index a line
   * @param recordCount of the dataset: all indices must be below it
   * @return the order
   * @throws PenstockException if an index is out of range, or the file has another format
   * @throws IOException if it cannot be read
   */
  public static IndexSampler read(Path path, long recordCount) throws IOException {
    long[] indices = isText(path) ? lines(path) : array(path);
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] < 0 || indices[i] >= recordCount) {
        throw PenstockException.about(
            ErrorKind.MISMATCH,
            path,
            "expected indices of 0 to %d, found %d as number %d: they are of another dataset"
                .formatted(recordCount - 1, indices[i], i));
      }
    }
    return new IndexSampler(recordCount, indices);
  }

  /** Whether a file starts with a number or is empty, which no array format does. */
  private static boolean isText(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (var file = Files.newInputStream(path)) {
      int first = file.read();
      return first == -1 || first == '-' || (first >= '0' && first <= '9');
    }
  }

  private static long[] lines(Path path) throws IOException {
    long[] indices = new long[1024];
    int count = 0;
    try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (count == indices.length) {
          indices = Arrays.copyOf(indices, (int) Math.min(2L * count, MAX_INDICES));
        }
        indices[count] = Long.parseLong(line.strip());
        count++;
      }
    } catch (NumberFormatException e) {
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT,
          path,
          "expected one index a line, found another text in line %d".formatted(count + 1),
          e);
    }
    return Arrays.copyOf(indices, count);
  }

  private static long[] array(Path path) {
    try (Dataset dataset = Dataset.builder().column(NAME, Source.parse(path)).open()) {
      if (dataset.recordCount() > MAX_INDICES) {
        throw PenstockException.about(
            ErrorKind.RESOURCE_LIMIT,
            path,
            "expected at most %d indices, found %d: take them in several runs"
                .formatted(MAX_INDICES, dataset.recordCount()));
      }
      LongUnaryOperator integers = ColumnValues.integers(dataset, NAME);
      return LongStream.range(0, dataset.recordCount()).map(integers).toArray();
    }
  }

  @Override
  public long recordCount() {
    return recordCount;
  }

  @Override
  public long positionCount() {
    return indices.length;
  }

  @Override
  public String description() {
    return "indices/1;count=%d;hash=%08x".formatted(indices.length, Arrays.hashCode(indices));
  }

  @Override
  public long index(long epoch, long position) {
    return indices[Math.toIntExact(Objects.checkIndex(position, positionCount()))];
  }

  @Override
  public long position(long epoch, long index) {
    throw new UnsupportedOperationException("an index may come more than once");
  }

  @Override
  public void fill(long epoch, long position, MemorySegment target, int count) {
    Objects.checkFromIndexSize(position, count, positionCount());
    MemorySegment.copy(indices, (int) position, target, ValueLayout.JAVA_LONG_UNALIGNED, 0, count);
  }
}
