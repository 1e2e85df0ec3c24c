package io.penstock.bench;

import io.penstock.bench.data.RecordFile;
import io.penstock.format.Formats;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Finding the array in a {@code .npy} file: open, parse, close.
 *
 * <p>Baseline: a regular expression over the first 128 bytes, which trusts the file in everything.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeaderBenchmark {
  private static final Pattern SHAPE = Pattern.compile("'shape': \\((\\d+), (\\d+)\\)");

  private Fixture fixture;

  /** Makes a file. */
  @Setup
  public void open() throws IOException {
    fixture = new Fixture(784, 1);
  }

  /** Deletes it. */
  @TearDown
  public void close() throws IOException {
    fixture.close();
  }

  /** The parser of the library, with all its checks. */
  @Benchmark
  public long penstock() {
    return checked(Formats.open(fixture.file.path()).shape().dim(0));
  }

  /** A regular expression. */
  @Benchmark
  public long plainPattern() throws IOException {
    ByteBuffer head = ByteBuffer.allocate(RecordFile.DATA_OFFSET);
    try (FileChannel channel = FileChannel.open(fixture.file.path())) {
      channel.read(head, 0);
    }
    Matcher matcher = SHAPE.matcher(new String(head.array(), StandardCharsets.ISO_8859_1));
    return checked(matcher.find() ? Long.parseLong(matcher.group(1)) : -1);
  }

  private long checked(long recordCount) {
    if (recordCount != fixture.file.recordCount()) {
      throw new AssertionError(
          "expected %d records, found %d".formatted(fixture.file.recordCount(), recordCount));
    }
    return recordCount;
  }
}
