package io.penstock.bench.cold;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.bench.cold.report.Measurement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * fio, which tells what the device can give: it reads and throws away.
 *
 * <p>Records are rounded up to whole blocks, and fio's reads are aligned to their size, which those
 * of records behind a header of 128 bytes are not: the limit is a little kinder than the task. Told
 * a block and what it is aligned to, it reads as such records have to be read. Processor time is
 * what fio reports of its job, without its start and end.
 */
final class FioRunner implements Runner {
  private final Path folder;

  FioRunner(Path folder) {
    this.folder = folder;
  }

  @Override
  public Measurement run(ColdRun run) throws AbsentException, IOException, InterruptedException {
    Cell cell = run.cell();
    if (cell.state().isDropped() || cell.limitBytes() > 0) {
      // Direct reads of what lies in the page cache have to throw it out first. Elsewhere memory is
      // full of a larger file: the state to measure in, for those who come after fio too.
      PageCache.drop(cell.file().path());
    }
    Path output = Files.createTempFile(folder, "fio", ".json");
    double load = MachineLoad.now();
    // The limit is the device's: memory is not fio's business, but the profile is.
    try (ControlGroups groups = ControlGroups.create(cell.profile(), cell.device().number(), 0)) {
      ProcessBuilder builder =
          new ProcessBuilder(groups.wrap(command(run, output))).redirectErrorStream(true);
      // Like page backing: fragments of 4 KiB cost large reads half of their speed.
      builder.environment().put("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");
      Process process = start(builder);
      process.getOutputStream().close();
      String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor((long) run.seconds() + 120, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AbsentException("fio did not end");
      }
      if (process.exitValue() != 0) {
        throw new AbsentException("fio failed: " + words.strip().replace('\n', ' '));
      }
      return measurement(run, load, Files.readString(output));
    } finally {
      Files.deleteIfExists(output);
    }
  }

  private static Process start(ProcessBuilder builder) throws AbsentException {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new AbsentException("fio is not installed (apt-get install fio)", e);
    }
  }

  private static List<String> command(ColdRun run, Path output) {
    Cell cell = run.cell();
    Map<String, String> parameters = run.parameters();
    List<String> command =
        new ArrayList<>(
            List.of(
                "fio",
                "--name=limit",
                "--filename=" + cell.file().path(),
                "--readonly",
                "--allow_file_create=0",
                "--direct=1",
                "--ioengine=io_uring",
                "--registerfiles=1",
                "--time_based",
                "--runtime=" + Math.max(100, (long) (run.seconds() * 1e3)) + "ms",
                "--norandommap",
                "--randrepeat=0",
                "--output-format=json",
                "--output=" + output,
                "--rw=" + parameters.get("rw"),
                "--bs=" + blockBytes(run),
                "--iodepth=" + parameters.get("depth"),
                "--fixedbufs=" + parameters.get("fixed")));
    if (parameters.containsKey("align")) {
      command.add("--blockalign=" + parameters.get("align"));
    }
    return command;
  }

  private static long blockBytes(ColdRun run) {
    String block = run.parameters().get("block");
    if (block != null) {
      return Long.parseLong(block);
    }
    long unit = run.cell().device().blockBytes();
    return (run.cell().file().recordBytes() + unit - 1) / unit * unit;
  }

  /** Reads are records; or as many count as lie in the bytes read, where reads are larger. */
  private static Measurement measurement(ColdRun run, double load, String output) {
    JsonObject job =
        JsonParser.parseString(output.substring(output.indexOf('{')))
            .getAsJsonObject()
            .getAsJsonArray("jobs")
            .get(0)
            .getAsJsonObject();
    JsonObject read = job.getAsJsonObject("read");
    long requests = read.get("total_ios").getAsLong();
    long bytes = read.get("io_bytes").getAsLong();
    double seconds = read.get("runtime").getAsLong() / 1e3;
    double cpuShare = job.get("usr_cpu").getAsDouble() + job.get("sys_cpu").getAsDouble();
    boolean countsBytes = "bytes".equals(run.parameters().get("count"));
    JsonObject facts = new JsonObject();
    facts.addProperty("requests", requests);
    facts.addProperty("bytesRead", bytes);
    return new Measurement(
        run.round(),
        countsBytes ? bytes / run.cell().file().recordBytes() : requests,
        seconds,
        cpuShare / 100 * seconds,
        null,
        null,
        load,
        facts);
  }
}
