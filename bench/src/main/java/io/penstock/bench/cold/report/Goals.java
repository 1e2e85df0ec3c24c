package io.penstock.bench.cold.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * What Penstock means to reach, held against what was measured. All ratios are of one round, and
 * the median over rounds decides. A goal whose contender is absent is listed as not measured; one
 * whose contender was not asked for in that cell is left out.
 */
final class Goals {
  private static final long SMALL_RECORD_BYTES = 4096;
  private static final long MEDIUM_RECORD_BYTES = 16384;
  private static final double MEBIBYTE = 1 << 20;

  /** What a process may take beyond its budget: small Java objects, the stack of a thread. */
  private static final double MEMORY_SLACK_BYTES = 32 * MEBIBYTE;

  private final CellResult cell;
  private final List<Goal> goals = new ArrayList<>();

  private Goals(CellResult cell) {
    this.cell = cell;
  }

  /** All goals that the cells are about. */
  static List<Goal> of(Results results) {
    List<Goal> all = new ArrayList<>();
    for (CellResult cell : results.cells()) {
      if (cell.skipped() == null) {
        all.addAll(new Goals(cell).all());
      }
    }
    return all;
  }

  private List<Goal> all() {
    if (cell.isVariable()) {
      addVariable();
    } else {
      addFixed();
    }
    addBestPeer();
    addOrder();
    addMemory();
    return goals;
  }

  /**
   * Records of different sizes: at the device's limit for their mean size, at little more cost than
   * records of one size, and beyond that limit with memory for a part of the data.
   */
  private void addVariable() {
    switch (cell.profile() + " " + cell.state()) {
      case "as-is cold" -> {
        speed("penstock-uring", "fio-random", 0.95);
        cpu("penstock-uring", "penstock-fixed", 1.3);
        speed("penstock-block", "fio-sequential", 0.9);
        addWindowsBySize();
      }
      case "as-is larger", "sata cold", "sata larger" -> addWindowsBySize();
      case "hdd cold", "hdd larger" -> {
        addWindowsBySize();
        for (Entry window : windows()) {
          speed(window.contender(), "numpy-memmap-random", 100);
          if (cell.state().equals("larger")) {
            speed(window.contender(), "numpy-memmap", 100);
          }
        }
      }
      case "as-is fits" -> addFitting();
      default -> {
        // Nothing of its own: what holds everywhere.
      }
    }
  }

  /** Half of the data leaves little to win over the model: two passes, and both cost. */
  private void addWindowsBySize() {
    addWindows(window -> share(window) < 3 ? 0.8 : 1);
  }

  private void addFixed() {
    switch (cell.profile() + " " + cell.state()) {
      case "as-is cold" -> {
        addRandomReads();
        addPeers();
        addWindows(0.8);
        addWindowsOverRandom();
        addCache();
        speed("penstock-java", "filechannel-map", 1);
      }
      case "as-is larger" -> addJavaAlone();
      case "as-is fits" -> addFitting();
      case "as-is warm" -> addWarm();
      case "hdd cold" -> {
        addWindows(0.8);
        speed("penstock-window-4", "numpy-memmap-random", 100);
      }
      case "hdd larger" -> addSlowDisk();
      case "sata cold", "sata larger" -> addWindows(0.9);
      default -> {
        // Nothing of its own: what holds everywhere.
      }
    }
  }

  private void addRandomReads() {
    speed("penstock-uring", "fio-random", 0.95);
    speed("penstock-block", "fio-sequential", 0.9);
    if (cell.recordBytes() == SMALL_RECORD_BYTES) {
      cpu("penstock-uring", "fio-random", 1);
      speed("penstock", "numpy-memmap-random", 3);
    }
  }

  private void addPeers() {
    boolean isSmall = cell.recordBytes() <= SMALL_RECORD_BYTES;
    if (isSmall || cell.recordBytes() > MEDIUM_RECORD_BYTES) {
      speed("penstock-uring", "numpy-memmap-random", isSmall ? 4 : 15);
      speed("penstock-uring", "pytorch", isSmall ? 1.5 : 5);
      cpu("penstock-uring", "pytorch", 0.25);
    }
    for (String peer : List.of("filechannel-map", "filechannel-direct", "jasyncfio")) {
      speed("penstock-uring", peer, 1);
      cpu("penstock-uring", peer, 0.5);
    }
  }

  private void addWindows(double target) {
    addWindows(_ -> target);
  }

  private void addWindows(ToDoubleFunction<Entry> target) {
    for (Entry window : windows()) {
      double share = share(window);
      Optional<Entry> random = cell.entry("fio-random");
      Optional<Entry> sequential = cell.entry("fio-sequential");
      Spread found =
          random.isEmpty() || sequential.isEmpty()
              ? null
              : Spread.ofRatios(
                  window.rounds(),
                  Measurement::recordsPerSecond,
                  sequential.get().rounds(),
                  pass -> CellResult.modelOfRound(random.get(), pass, share));
      goals.add(
          Goal.atLeast(
              cell.title(),
              "%s / model of its memory".formatted(window.contender()),
              target.applyAsDouble(window),
              found));
      goals.add(
          Goal.atMost(
              cell.title(),
              "%s: seconds to the first batch".formatted(window.contender()),
              1,
              Spread.of(window.rounds(), round -> round.fact("firstBatchSeconds"))));
    }
  }

  private void addWindowsOverRandom() {
    if (cell.recordBytes() == 784) {
      speed("penstock-window-4", "fio-random", 5);
      speed("penstock-window-4", "numpy-memmap-random", 40);
    }
    if (cell.recordBytes() == SMALL_RECORD_BYTES) {
      speed("penstock-window-64k-records", "fio-random", 1.1);
    }
  }

  private void addCache() {
    if (!cell.wants("penstock-cache-half")) {
      return;
    }
    Spread found =
        cell.entry("penstock-cache-half")
            .map(
                entry ->
                    Spread.of(
                        entry.rounds(), round -> 1 - round.fact("cacheHits") / round.records()))
            .orElse(null);
    goals.add(
        Goal.within(cell.title(), "penstock-cache-half: reads per record", 0.49, 0.51, found));
  }

  /** One pass over the file and one epoch from memory, with a tenth to spare. */
  private void addFitting() {
    speed("penstock", "cat-penstock", 1 / 1.1);
    speed("penstock", "cat-numpy-take", 1);
    cell.entry("penstock")
        .ifPresent(
            entry ->
                goals.add(
                    Goal.atMost(
                        cell.title(),
                        "penstock: seconds to the first batch",
                        0.5,
                        Spread.of(entry.rounds(), round -> round.fact("firstBatchSeconds")))));
  }

  /** Data larger than memory, without the native library. */
  private void addJavaAlone() {
    speed("penstock-java", "filechannel-map", 1);
    speed("penstock-java", "numpy-memmap", 4);
  }

  private void addWarm() {
    speed("penstock-java", "filechannel-map", 1);
    if (cell.recordBytes() <= MEDIUM_RECORD_BYTES) {
      speed("penstock-mmap", "numpy-take", 1);
      speed("penstock-mmap-2", "numpy-take", 1.7);
      speed("penstock-resident", "numpy-take", 1.3);
    }
  }

  /** Where memory holds the file, memmap ends up reading all of it in one go, and is fast, too. */
  private void addSlowDisk() {
    speed("penstock-window-4", "numpy-memmap-random", 100);
    speed("penstock-window-4", "numpy-memmap", 100);
    addWindows(0.8);
  }

  /**
   * All runs of Penstock read orders of the same kind and are held against what these ask for, so
   * equal digests mean the same records in the same order, by windows or one by one.
   */
  private void addOrder() {
    List<Entry> all = cell.entries().stream().filter(Entry::isPenstock).toList();
    if (!all.isEmpty()) {
      double wrong = all.stream().filter(Entry::isWrong).count();
      int runs = all.stream().mapToInt(entry -> entry.rounds().size()).sum();
      goals.add(
          Goal.atMost(
              cell.title(),
              "Penstock: contenders with wrong bytes or order, in %d runs".formatted(runs),
              0,
              Spread.of(wrong)));
    }
  }

  /** Never slower than the best peer by more than 5 %. */
  private void addBestPeer() {
    // A second epoch that finds records in memory is not the same task, nor are whole blocks.
    Optional<Entry> best =
        fastest(
            present()
                .filter(Entry::isPenstock)
                .filter(
                    entry ->
                        !entry.contender().matches("penstock-(cache-half|resident|block|fixed)")));
    Optional<Entry> peer =
        fastest(
            present()
                .filter(entry -> !entry.isPenstock() && !entry.isLimit() && !entry.isInexact()));
    if (best.isPresent() && peer.isPresent()) {
      speed(best.get().contender(), peer.get().contender(), 0.95);
    }
  }

  private void addMemory() {
    present()
        .filter(entry -> entry.isPenstock() && entry.memoryBytes() > 0)
        .filter(entry -> excess(entry) != null)
        .max(Comparator.comparingDouble(entry -> excess(entry).median()))
        .ifPresent(
            entry ->
                goals.add(
                    Goal.atMost(
                        cell.title(),
                        "%s: MiB beyond its budget of %s (the worst)"
                            .formatted(
                                entry.contender(), Units.bytes((double) entry.memoryBytes())),
                        MEMORY_SLACK_BYTES / MEBIBYTE,
                        excess(entry))));
  }

  private static Spread excess(Entry entry) {
    return Spread.of(
        entry.rounds(), round -> (round.grownBytes() - entry.memoryBytes()) / MEBIBYTE);
  }

  private Stream<Entry> present() {
    return cell.entries().stream().filter(entry -> entry.absent() == null);
  }

  private List<Entry> windows() {
    return present().filter(entry -> entry.contender().matches("penstock-window-[0-9]+")).toList();
  }

  private double share(Entry window) {
    return cell.dataBytes() / window.memoryBytes();
  }

  private static Optional<Entry> fastest(Stream<Entry> entries) {
    return entries.max(Comparator.comparingDouble(entry -> entry.recordsPerSecond().median()));
  }

  /** Nothing where the cell was to be measured without one of them. */
  private void speed(String above, String below, double target) {
    if (cell.wants(above) && cell.wants(below)) {
      goals.add(
          Goal.atLeast(
              cell.title(),
              above + " / " + below,
              target,
              compare(above, below, Entry::speedOver)));
    }
  }

  private void cpu(String above, String below, double target) {
    if (!cell.wants(above) || !cell.wants(below)) {
      return;
    }
    goals.add(
        Goal.atMost(
            cell.title(),
            "CPU per record, " + above + " / " + below,
            target,
            compare(above, below, Entry::cpuOver)));
  }

  private Spread compare(String above, String below, BiFunction<Entry, Entry, Spread> ratio) {
    Optional<Entry> first = cell.entry(above);
    Optional<Entry> second = cell.entry(below);
    return first.isEmpty() || second.isEmpty() ? null : ratio.apply(first.get(), second.get());
  }
}
