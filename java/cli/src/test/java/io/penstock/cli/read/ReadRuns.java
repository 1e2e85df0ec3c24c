package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import io.penstock.sampler.Sampler;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs of {@code read} over records that say their index. */
abstract class ReadRuns {
  static final int RECORDS = 1003;

  @TempDir Path directory;
  Path path;

  @BeforeEach
  void write() {
    path = Run.records(directory.resolve("x.npy"), RECORDS, 12);
  }

  static List<String> lines(Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).doesNotContain("penstock:");
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return run.lines();
  }

  static List<Long> indices(Object... arguments) {
    return lines(arguments).stream().map(Long::valueOf).toList();
  }

  static List<Long> all() {
    return LongStream.range(0, RECORDS).boxed().toList();
  }

  static List<Long> order(Sampler sampler, long epoch) {
    return LongStream.range(0, sampler.positionCount())
        .mapToObj(i -> sampler.index(epoch, i))
        .toList();
  }

  void failsWith(String message, Object... options) {
    List<Object> arguments = new ArrayList<>(List.of("read", path));
    arguments.addAll(List.of(options));
    Run run = Run.of(arguments.toArray());
    assertThat(run.code()).isIn(ExitCodes.USAGE, ExitCodes.FAILED);
    assertThat(run.err()).startsWith("penstock: ").hasLineCount(1).contains(message);
  }

  /** A one-dimensional .npy of 8-byte numbers, given as their bits. */
  Path numbers(String name, String descr, long... numbers) {
    ByteBuffer bytes =
        ByteBuffer.allocate(numbers.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(numbers);
    return Run.npy(directory.resolve(name), descr, "(" + numbers.length + ",)", bytes.array());
  }
}
