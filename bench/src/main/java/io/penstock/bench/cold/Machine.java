package io.penstock.bench.cold;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Facts about the machine, without which no figure means anything. */
final class Machine {
  private Machine() {}

  /** In the order in which a report shows them. No names of hosts, no paths. */
  static Map<String, String> facts(Device device) throws IOException, InterruptedException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cpu", cpuModel());
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("memory", "%.1f GiB".formatted(memoryBytes() / (double) (1 << 30)));
    facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("file system", device.fileSystem());
    facts.put("disk", device.facts());
    facts.put("first touch of 1 GiB", freshMemory());
    facts.put("huge pages", file("/sys/kernel/mm/transparent_hugepage/enabled"));
    facts.put("JDK", System.getProperty("java.vm.name") + " " + Runtime.version());
    facts.put("Penstock commit", commit());
    facts.put("load average", file("/proc/loadavg"));
    return facts;
  }

  /** The same, and the versions of other programs that take part. */
  static Map<String, String> facts(Settings settings, Device device)
      throws IOException, InterruptedException {
    Map<String, String> facts = facts(device);
    facts.put("fio", output("fio", "--version"));
    facts.put("NumPy", output(settings.python(), "-c", "import numpy; print(numpy.__version__)"));
    facts.put(
        "PyTorch",
        settings.torchPython() == null
            ? "absent"
            : output(settings.torchPython(), "-c", "import torch; print(torch.__version__)"));
    return facts;
  }

  static long memoryBytes() throws IOException {
    return memoryBytes("MemTotal");
  }

  /** A figure of the kernel's memory statistics, by name. */
  static long memoryBytes(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("/proc/meminfo tells no " + name);
  }

  /** What the first touch of a gibibyte costs, and the next one: see {@link FreshMemory}. */
  private static String freshMemory() throws IOException, InterruptedException {
    double first = FreshMemory.touch(1 << 30);
    double again = FreshMemory.touch(1 << 30);
    return "%.2f s, %.2f s when it was in use just before".formatted(first, again);
  }

  /** Of the sources, marked when they differ from it. */
  static String commit() {
    String home = System.getProperty("penstock.bench.home", ".");
    return output("git", "-C", home, "describe", "--always", "--dirty", "--abbrev=10");
  }

  private static String cpuModel() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
      if (line.startsWith("model name")) {
        return line.substring(line.indexOf(':') + 1).strip();
      }
    }
    return System.getProperty("os.arch");
  }

  private static String file(String path) throws IOException {
    return Files.exists(Path.of(path)) ? Files.readString(Path.of(path)).strip() : "unknown";
  }

  /** What a command prints, or "absent". */
  private static String output(String... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? text.strip() : "absent";
    } catch (IOException e) {
      return "absent";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
