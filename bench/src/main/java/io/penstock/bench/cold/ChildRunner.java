package io.penstock.bench.cold;

import io.penstock.bench.cold.report.Measurement;
import io.penstock.bench.data.Digest;
import io.penstock.bench.data.Orders;
import io.penstock.bench.data.RecordFile;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.sampler.Sequential;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs contenders in Java and Python, which speak the protocol of {@code child.ChildMain}: in a
 * process of its own each, or in one for each rank of a job.
 *
 * <p>It sets the state of the page cache between the process's start and its first read, counts its
 * processor time from {@code go} to {@code done}, and compares the digest with the order's.
 */
final class ChildRunner implements Runner {
  /** For a process to start, warm up and open; minutes on a disk held to 150 requests a second. */
  private static final double PATIENCE_SECONDS = 300;

  /** Parameter of contenders in Java: what the system property penstock.native is. */
  static final String NATIVE = "native";

  /** No contender reads more through the page cache in the seconds of a timed run. */
  private static final long TIMED_READ_BYTES = 1L << 30;

  private final Settings settings;
  private final Path folder;
  private final Path script;

  ChildRunner(Settings settings, Path folder) throws IOException {
    this.settings = settings;
    this.folder = folder;
    this.script = folder.resolve("contender.py");
    try (InputStream source = ChildRunner.class.getResourceAsStream("contender.py")) {
      Files.write(script, source.readAllBytes());
    }
  }

  @Override
  public Measurement run(ColdRun run) throws AbsentException, IOException, InterruptedException {
    Cell cell = run.cell();
    String whyNot = run.input().whyNot();
    if (whyNot != null) {
      throw new AbsentException(whyNot);
    }
    boolean isPython = run.contender().program() != Contender.Program.JAVA;
    if (isPython) {
      writeOrder(run, cell.listLength(), orderFile());
      writeWarmupOrder(run);
    }
    double load = MachineLoad.now();
    boolean hasChildren = run.contender().program() == Contender.Program.TORCH;
    // Closed last: a group can only be removed when its processes have gone.
    try (ControlGroups groups =
            ControlGroups.create(cell.profile(), cell.device().number(), cell.limitBytes());
        ChildGroup children = ChildGroup.start(commands(run), folder);
        ProcessMeter meter = new ProcessMeter(children.pids(), hasChildren)) {
      children.expect("warm", PATIENCE_SECONDS + settings.warmupSeconds());
      for (long pid : children.pids()) {
        groups.add(pid);
      }
      setState(run, groups);
      FreshMemory.touch(memoryBytes(run));
      long baseBytes = meter.resetPeak();
      children.tell("open");
      children.expect("ready", PATIENCE_SECONDS);
      if (cell.state().isDropped()) {
        // Opening read the header, and the kernel some megabytes after it.
        for (Path file : run.input().recordFiles()) {
          PageCache.drop(file);
        }
      }
      double cpuBefore = cpuSeconds(groups, meter);
      List<Double> lags = children.tell("go");
      List<String> done = children.expect("done", run.seconds() + PATIENCE_SECONDS);
      double cpuSeconds = cpuSeconds(groups, meter) - cpuBefore;
      ChildResult result =
          ChildResult.together(done.stream().map(ChildResult::parse).toList(), lags);
      Measurement measurement =
          new Measurement(
              run.round(),
              result.records(),
              result.seconds(),
              cpuSeconds,
              baseBytes,
              meter.peakBytes(),
              load,
              result.facts());
      check(run, result);
      return measurement;
    }
  }

  private static double cpuSeconds(ControlGroups groups, ProcessMeter meter) throws IOException {
    double counted = groups.cpuSeconds();
    return Double.isNaN(counted) ? meter.cpuSeconds() : counted;
  }

  /** No contender wins by not reading, or by reading something else. */
  private void check(ColdRun run, ChildResult result) throws AbsentException {
    RecordFile file = run.input().records();
    if (!run.contender().isExact() && result.records() > file.recordCount()) {
      throw new WrongBytesException(
          "%s in %s: expected %d records, found %d"
              .formatted(run.contender().name(), run.cell(), file.recordCount(), result.records()));
    }
    if (!run.contender().isExact() && result.records() < file.recordCount()) {
      throw new AbsentException(
          "it delivered %d of %d records in time: what it reads can only be checked as a whole"
              .formatted(result.records(), file.recordCount()));
    }
    long expected = Digest.expected(order(run), run.epoch(), result.records(), file.places());
    if (result.records() < 1 || expected != result.digest()) {
      throw new WrongBytesException(
          "%s in %s: expected digest %s of %d records, found %s"
              .formatted(
                  run.contender().name(),
                  run.cell(),
                  Long.toUnsignedString(expected),
                  result.records(),
                  Long.toUnsignedString(result.digest())));
    }
  }

  /**
   * By which it is checked: of whoever has an order of its own all records are added up by index.
   */
  private Sampler order(ColdRun run) {
    long recordCount = run.input().records().recordCount();
    if (!run.contender().isExact()) {
      return new Sequential(recordCount);
    }
    long blockRecords = Long.parseLong(run.parameters().getOrDefault("blockRecords", "0"));
    return Orders.joined(recordCount, blockRecords, settings.seed(), run.cell().epochs());
  }

  /** What a run may want: its budget, and pages of the file where it reads through the cache. */
  private static long memoryBytes(ColdRun run) {
    if (run.parameters().getOrDefault("readahead", "").contains("io=direct")) {
      return run.contender().memoryBytes();
    }
    long readBytes = run.contender().isWholeEpoch() ? Long.MAX_VALUE : TIMED_READ_BYTES;
    return run.contender().memoryBytes() + Math.min(run.input().records().fileBytes(), readBytes);
  }

  private void setState(ColdRun run, ControlGroups groups)
      throws AbsentException, IOException, InterruptedException {
    Cell cell = run.cell();
    for (Path file : run.input().paths()) {
      switch (cell.state()) {
        case COLD, FITS -> PageCache.drop(file);
        case WARM -> PageCache.load(file);
        case LARGER -> {
          if (cell.limitBytes() > 0) {
            PageCache.drop(file);
          }
          // Otherwise the file was read once when the cell began, and memory has been full since.
        }
      }
    }
    if (cell.state() == State.LARGER && cell.limitBytes() > 0) {
      fillCache(run.input().path(), cell.limitBytes(), groups);
    }
  }

  /** Reads as much of the file as the group may hold, within the group, whose pages they become. */
  private static void fillCache(Path file, long limitBytes, ControlGroups groups)
      throws AbsentException, IOException, InterruptedException {
    List<String> command =
        List.of(
            "dd",
            "if=" + file,
            "of=/dev/null",
            "bs=1M",
            "count=" + (limitBytes >> 20),
            "status=none");
    int status = new ProcessBuilder(groups.wrapInMemory(command)).inheritIO().start().waitFor();
    if (status != 0) {
      throw new AbsentException("dd could not fill the page cache, exit " + status);
    }
  }

  private List<List<String>> commands(ColdRun run) throws AbsentException {
    List<List<String>> commands = new ArrayList<>();
    for (int rank = 0; rank < run.contender().ranks(); rank++) {
      commands.add(command(run, rank));
    }
    return commands;
  }

  private List<String> command(ColdRun run, int rank) throws AbsentException {
    List<String> command = new ArrayList<>();
    switch (run.contender().program()) {
      case JAVA -> {
        command.add(ProcessHandle.current().info().command().orElse("java"));
        // What the launcher of the command line gives the JVM.
        command.addAll(
            List.of(
                "--enable-native-access=ALL-UNNAMED",
                // For Arrow, which LanceDB delivers in.
                "--add-opens=java.base/java.nio=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xms16m",
                "-Xshare:auto",
                "-XX:-UsePerfData",
                "-Dpenstock.native=" + run.parameters().getOrDefault(NATIVE, "on"),
                "-cp",
                System.getProperty("java.class.path"),
                "io.penstock.bench.cold.child.ChildMain"));
      }
      case PYTHON -> command.addAll(List.of(settings.python(), script.toString()));
      case TORCH -> {
        if (settings.torchPython() == null) {
          throw new AbsentException("no Python with torch was named (--torch-python)");
        }
        command.addAll(List.of(settings.torchPython(), script.toString()));
      }
      case FIO, MEMORY ->
          throw new IllegalArgumentException(
              run.contender().program() + " has a runner of its own");
    }
    command.add(run.parameters().get("contender"));
    Map<String, String> parameters = new HashMap<>(job(run));
    parameters.put("rank", Integer.toString(rank));
    parameters.putAll(run.parameters());
    parameters.forEach((name, value) -> command.add(name + "=" + value));
    return command;
  }

  private Map<String, String> job(ColdRun run) {
    Cell cell = run.cell();
    CellFiles.Input input = run.input();
    RecordFile records = input.records();
    return Map.ofEntries(
        Map.entry("file", input.path().toString()),
        Map.entry("offsetsFile", records.offsetsPath().toString()),
        Map.entry("recordSize", records.size().text()),
        Map.entry("recordBytes", Long.toString(records.recordBytes())),
        Map.entry("recordCount", Long.toString(records.recordCount())),
        Map.entry("isVariable", Boolean.toString(records.isVariable())),
        Map.entry("batchSize", Integer.toString(cell.batchSize())),
        Map.entry("seed", Long.toString(settings.seed())),
        Map.entry("epoch", Long.toString(run.epoch())),
        Map.entry("epochs", Integer.toString(cell.epochs())),
        Map.entry("seconds", Double.toString(run.seconds())),
        Map.entry("listLength", Integer.toString(cell.listLength())),
        Map.entry("indices", orderFile().toString()),
        Map.entry("isCold", Boolean.toString(cell.state() != State.WARM)),
        Map.entry("alignment", Integer.toString(cell.device().blockBytes())),
        Map.entry("warmupFile", input.warmupPath().toString()),
        Map.entry("warmupOffsetsFile", input.warmup().offsetsPath().toString()),
        Map.entry("warmupCount", Long.toString(input.warmup().recordCount())),
        Map.entry("warmupIndices", warmupOrderFile().toString()),
        Map.entry("warmupSeconds", Double.toString(settings.warmupSeconds())));
  }

  private Path orderFile() {
    return folder.resolve("order.i8");
  }

  private Path warmupOrderFile() {
    return folder.resolve("warmup-order.i8");
  }

  private void writeWarmupOrder(ColdRun run) throws IOException {
    int count = Math.toIntExact(run.input().warmup().recordCount());
    write(new FullShuffle(count, settings.seed()), 0, count, warmupOrderFile());
  }

  private void writeOrder(ColdRun run, int count, Path file) throws IOException {
    write(
        Orders.joined(run.input().records().recordCount(), 0, settings.seed(), run.cell().epochs()),
        run.epoch(),
        count,
        file);
  }

  private static void write(Sampler order, long epoch, int count, Path file) throws IOException {
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
      MemorySegment indices = arena.allocate((long) count * Long.BYTES, Long.BYTES);
      order.fill(epoch, 0, indices, count);
      channel.write(indices.asByteBuffer());
    }
  }
}
