package io.penstock.bench;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What {@link TransformBenchmark} measures, done by PyTorch in a process beside us: a line is
 * written to it for each batch and one read back, some 20 us of the time. Needs a Python with torch
 * and torchvision, and fails with what that Python said otherwise.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TorchBenchmark {
  /** A Python that has torch and torchvision. */
  @Param("python3")
  public String python;

  /** Image by image, as workers of a DataLoader do, or the whole batch at once. */
  @Param({"images", "batch"})
  public String way;

  /** Threads of torch. */
  @Param({"1", "2"})
  public int threads;

  private Path script;
  private Process process;
  private BufferedWriter input;
  private BufferedReader output;

  /** Starts it, and waits until it has checked its own result. */
  @Setup
  public void open() throws IOException {
    script = Files.createTempFile("normalize", ".py");
    try (InputStream source = TorchBenchmark.class.getResourceAsStream("normalize.py")) {
      Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> command =
        List.of(
            python,
            script.toString(),
            way,
            Integer.toString(threads),
            Integer.toString(TransformBenchmark.BATCH_SIZE));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    input = process.outputWriter(StandardCharsets.UTF_8);
    output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    if (!"ready".equals(line)) {
      throw new IOException(
          "expected %s to have torch and torchvision, it said: %s; name one with -p python=PATH"
              .formatted(python, line));
    }
  }

  /** Ends it. */
  @TearDown
  public void close() throws IOException, InterruptedException {
    input.close();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    Files.delete(script);
  }

  /** One batch. */
  @Benchmark
  public double normalized() throws IOException {
    input.write("next\n");
    input.flush();
    return Double.parseDouble(output.readLine());
  }
}
