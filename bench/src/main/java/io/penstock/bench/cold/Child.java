package io.penstock.bench.cold;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A contender's process, seen from the harness: lines go to and fro, each with a time limit.
 *
 * <p>What it owns: the process, which is gone after close, and the file with what it complained of.
 */
final class Child implements AutoCloseable {
  private static final String END = "";

  private final Process process;
  private final Path complaints;
  private final BufferedWriter input;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  /**
   * Starts a process.
   *
   * @param folder for its complaints
   */
  Child(List<String> command, Path folder) throws IOException {
    complaints = Files.createTempFile(folder, "stderr", ".txt");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(complaints.toFile());
    // Flags of the user's shell must not decide what is measured.
    builder.environment().remove("PENSTOCK_READAHEAD");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    process = builder.start();
    input = process.outputWriter(StandardCharsets.UTF_8);
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    Thread.ofPlatform().daemon().name("child output").start(() -> collect(output));
  }

  private void collect(BufferedReader output) {
    try (output) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (!line.isBlank()) {
          lines.add(line);
        }
      }
    } catch (IOException e) {
      lines.add("output could not be read: " + e);
    }
    lines.add(END);
  }

  long pid() {
    return process.pid();
  }

  void tell(String word) throws AbsentException {
    try {
      input.write(word + "\n");
      input.flush();
    } catch (IOException e) {
      throw failure("it ended before it was told '" + word + "'");
    }
  }

  /**
   * Waits for a line that begins with a word.
   *
   * @return the rest of the line
   * @throws AbsentException if it ends, says something else, or takes too long
   */
  String expect(String word, double seconds) throws AbsentException, InterruptedException {
    String line = lines.poll((long) (seconds * 1e3), TimeUnit.MILLISECONDS);
    if (line == null) {
      throw failure("it did not say '%s' within %.0f s".formatted(word, seconds));
    }
    if (!line.equals(word) && !line.startsWith(word + " ")) {
      throw failure(line.equals(END) ? "it ended early" : "it said: " + line);
    }
    return line.substring(word.length()).strip();
  }

  /** What to tell of a process that failed: its last words, if there are any. */
  private AbsentException failure(String fallback) {
    try {
      if (lines.peek() != null) {
        process.waitFor(5, TimeUnit.SECONDS);
      }
      List<String> words =
          Files.readAllLines(complaints).stream()
              .filter(line -> !line.isBlank() && !line.startsWith("\t") && !line.startsWith(" "))
              .filter(line -> !line.startsWith("WARNING") && !line.startsWith("Traceback"))
              .toList();
      return new AbsentException(words.isEmpty() ? fallback : essence(words));
    } catch (IOException e) {
      return new AbsentException(fallback, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new AbsentException(fallback, e);
    }
  }

  /** Python tells the exception last, Java first, and its cause thereafter. */
  private static String essence(List<String> words) {
    String first = words.getFirst().replaceFirst("Exception in thread \"[^\"]*\" ", "");
    return first.matches("[a-z.]+\\.[A-Z][A-Za-z]+(Exception|Error)(: .*)?")
        ? first
        : words.getLast();
  }

  private boolean hasEnded() {
    try {
      return process.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    try {
      input.close();
    } catch (IOException e) {
      // It has gone already, which is what closing is to bring about.
      lines.clear();
    }
    if (!hasEnded()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      process.onExit().join();
    }
    Files.deleteIfExists(complaints);
  }
}
