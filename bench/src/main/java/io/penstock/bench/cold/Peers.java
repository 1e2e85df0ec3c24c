package io.penstock.bench.cold;

import io.penstock.bench.cold.Contender.Program;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Contenders of a cell that are other people's ways to read records. */
final class Peers {
  private final Settings settings;
  private final Cell cell;
  private final boolean isVariable;
  private final boolean isLarge;

  Peers(Settings settings, Cell cell) {
    this.settings = settings;
    this.cell = cell;
    this.isVariable = cell.file().isVariable();
    this.isLarge = cell.file().recordBytes() >= Catalog.LARGE_RECORD_BYTES;
  }

  /** Those that read from the disk. */
  void addReading(List<Contender> all) {
    String contender = isVariable ? "numpy-slices" : "numpy";
    String way = isVariable ? "slices over offsets" : "take into a batch";
    all.add(numpy("numpy-memmap", "NumPy memmap, " + way, contender, "normal"));
    all.add(
        numpy(
            "numpy-memmap-random",
            "NumPy memmap advised MADV_RANDOM, " + way,
            contender,
            "random"));
    all.add(channelMap());
    all.add(
        Contender.timed(
                "filechannel-direct",
                "FileChannel, positional direct reads on a pool of threads",
                Program.JAVA,
                Map.of("contender", "channel-reads", "io", "direct"))
            .withVariants(List.of("threads=32", "threads=16")));
    if (isVariable) {
      all.add(channelReads("threads=16", "threads=32", "threads=8"));
    }
    all.add(
        Contender.timed(
                "jasyncfio",
                "jasyncfio 0.0.7, reads over io_uring",
                Program.JAVA,
                Map.of("contender", "jasyncfio"))
            .withVariants(jasyncfioVariants()));
    if (isVariable && isLarge) {
      addWebDataset(all);
    }
    // A folder cannot be read into a group's page cache as a file can.
    if (!isVariable && cell.state() == State.COLD) {
      all.add(lance());
    }
  }

  private static Contender lance() {
    return Contender.timed(
            "lance",
            "LanceDB 7.0.0, take by record number",
            Program.JAVA,
            Map.of("contender", "lance", "reads", CellFiles.LANCE))
        .withVariants(
            List.of(
                "threads=4,takes=4",
                "threads=8,takes=1",
                "threads=2,takes=8",
                "threads=1,takes=1"));
  }

  /** Those that read from memory. */
  void addWarm(List<Contender> all) {
    if (isVariable) {
      all.add(numpy("numpy-memmap", "NumPy memmap, slices over offsets", "numpy-slices", "normal"));
    } else {
      all.add(numpy("numpy-take", "NumPy take into a preallocated batch", "numpy", "normal"));
      all.add(
          numpy("numpy-memmap", "NumPy array[rows], a new batch each", "numpy-index", "normal"));
    }
    all.add(channelMap());
    all.add(channelReads("threads=2", "threads=1", "threads=4"));
  }

  /** PyTorch, in any state. */
  Contender torch() {
    // A page at a time, as random advice has it, is slow for records of many pages.
    boolean isPaged = cell.state() != State.WARM && !(isVariable && isLarge);
    String advice = isPaged ? "random" : "normal";
    return Contender.timed(
            "pytorch",
            "PyTorch DataLoader over a memmap (%s)%s, whole batches per worker"
                .formatted(advice, isVariable ? " and offsets" : ""),
            Program.TORCH,
            Map.of("contender", "torch", "advice", advice))
        .withVariants(List.of("workers=4", "workers=0", "workers=2", "workers=8", "workers=16"));
  }

  /** With the memory of each of Penstock's windows. */
  private void addWebDataset(List<Contender> all) {
    for (int share : settings.windows()) {
      long memoryBytes = cell.file().dataBytes() / share;
      if (new CellMemory(cell).hasRoomForWindow(memoryBytes)) {
        long bufferRecords = Math.max(1, cell.file().recordCount() / share);
        all.add(
            new Contender(
                "inexact-webdataset-" + share,
                "NOT EXACT: WebDataset's way, a tar read in order and a shuffle buffer for 1/%d of"
                        .formatted(share)
                    + " the data, a whole epoch",
                Program.PYTHON,
                Map.of(
                    "contender",
                    "tar",
                    "reads",
                    CellFiles.TAR,
                    "order",
                    "own",
                    "bufferRecords",
                    Long.toString(bufferRecords)),
                List.of(""),
                true,
                memoryBytes));
      }
    }
  }

  private static Contender numpy(String name, String about, String contender, String advice) {
    return Contender.timed(
        name, about, Program.PYTHON, Map.of("contender", contender, "advice", advice));
  }

  private static Contender channelMap() {
    return Contender.timed(
        "filechannel-map",
        "FileChannel.map, a copy per record, one thread",
        Program.JAVA,
        Map.of("contender", "channel-map"));
  }

  private static Contender channelReads(String... variants) {
    return Contender.timed(
            "filechannel-reads",
            "FileChannel, positional reads on a pool of threads",
            Program.JAVA,
            Map.of("contender", "channel-reads", "io", "buffered"))
        .withVariants(List.of(variants));
  }

  private List<String> jasyncfioVariants() {
    List<String> variants = new ArrayList<>();
    for (String way : List.of("io=direct,op=readv", "io=direct,op=read", "io=buffered,op=read")) {
      for (int depth : isLarge ? new int[] {8, 32} : new int[] {32, 128}) {
        variants.add(way + ",depth=" + depth);
      }
    }
    return variants;
  }
}
