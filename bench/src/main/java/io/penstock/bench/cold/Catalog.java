package io.penstock.bench.cold;

import io.penstock.bench.cold.Contender.Program;
import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordSize;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who takes part in which cell, with which parameters: the device's limits and Penstock; and {@link
 * Peers}. These two and {@code report.Goals} are the only places that know names of contenders.
 */
final class Catalog {
  /** Records from this size on are bound by bytes per second, not by requests. */
  static final long LARGE_RECORD_BYTES = 64 << 10;

  /** Blocks of a block shuffle: as large as a request, and a window of them fits several times. */
  private static final long BLOCK_BYTES = 512 << 10;

  /**
   * Windows pay for records of one size that are much smaller than what a request costs: on a fast
   * disk these.
   */
  private static final long MAX_WINDOW_RECORD_BYTES = 4096;

  private final Settings settings;
  private final Cell cell;
  private final CellMemory memory;
  private final Peers peers;

  Catalog(Settings settings, Cell cell) {
    this.settings = settings;
    this.cell = cell;
    this.memory = new CellMemory(cell);
    this.peers = new Peers(settings, cell);
  }

  /** Those whose names the settings ask for. */
  List<Contender> contenders() {
    List<Contender> all = new ArrayList<>();
    if (cell.state() == State.WARM) {
      addWarm(all);
    } else if (cell.state() == State.FITS) {
      addFitting(all);
    } else {
      addLimits(all);
      addPenstock(all);
      addEven(all);
      addWindows(all);
      peers.addReading(all);
    }
    settings
        .extra()
        .forEach((name, flags) -> all.add(penstock("penstock-" + name, flags, flags, 0)));
    all.add(peers.torch());
    all.removeIf(contender -> !settings.contenders().matcher(contender.name()).matches());
    return all;
  }

  private void addLimits(List<Contender> all) {
    boolean isLarge = cell.file().recordBytes() >= LARGE_RECORD_BYTES;
    List<String> variants = new ArrayList<>();
    for (int depth : isLarge ? new int[] {16, 8, 32} : new int[] {64, 32, 128, 256}) {
      variants.add("depth=" + depth + ",fixed=1");
      variants.add("depth=" + depth + ",fixed=0");
    }
    all.add(
        Contender.timed(
                "fio-random",
                "fio, io_uring, direct random reads: the device's limit",
                Program.FIO,
                Map.of("rw", "randread"))
            .withVariants(variants));
    addLimitBehindHeader(all, isLarge);
    all.add(sequential());
    String block = "block=" + BLOCK_BYTES;
    all.add(
        Contender.timed(
                "fio-random-blocks",
                "fio, io_uring, direct random reads of as much as a block of a block shuffle has",
                Program.FIO,
                Map.of("rw", "randread", "count", "bytes"))
            .withVariants(List.of(block + ",depth=16,fixed=1", block + ",depth=32,fixed=1")));
  }

  /** The other limit: all that the device has, in order. */
  static Contender sequential() {
    return Contender.timed(
            "fio-sequential",
            "fio, io_uring, direct sequential reads",
            Program.FIO,
            Map.of("rw", "read", "count", "bytes"))
        .withVariants(
            List.of(
                "block=1048576,depth=32,fixed=1",
                "block=1048576,depth=16,fixed=1",
                "block=1048576,depth=8,fixed=1",
                "block=1048576,depth=4,fixed=1",
                "block=524288,depth=32,fixed=1",
                "block=524288,depth=8,fixed=1"));
  }

  /** Records of whole blocks lie across one block more, since a header comes before them. */
  private void addLimitBehindHeader(List<Contender> all, boolean isLarge) {
    long recordBytes = cell.file().recordBytes();
    int unit = cell.device().blockBytes();
    if (cell.file().isVariable()
        || isLarge
        || recordBytes % unit != 0
        || RecordFile.DATA_OFFSET % unit == 0) {
      return;
    }
    String block = "block=" + (recordBytes + unit) + ",align=" + unit;
    all.add(
        Contender.timed(
                "fio-random-behind-header",
                "fio, io_uring, direct random reads of the blocks that records behind a header"
                    + " touch",
                Program.FIO,
                Map.of("rw", "randread"))
            .withVariants(
                List.of(
                    block + ",depth=128,fixed=1",
                    block + ",depth=128,fixed=0",
                    block + ",depth=256,fixed=1",
                    block + ",depth=256,fixed=0")));
  }

  private void addPenstock(List<Contender> all) {
    all.add(
        new Contender(
            "penstock",
            "Penstock, default settings, a whole epoch",
            Program.JAVA,
            penstockParameters("", memory.defaultBytes(), 0),
            List.of(""),
            true,
            memory.defaultBytes()));
    addPenstock(all, "uring", "backend=uring,io=direct");
    addPenstock(all, "uring-buffered", "backend=uring,io=buffered");
    addPenstock(all, "pread", "backend=pread");
    addPenstock(all, "mmap", "backend=mmap");
    addJavaAlone(all);
    addBlocks(all);
    if (cell.state() == State.COLD && cell.file().size().equals(new RecordSize.Equal(4096))) {
      long half = cell.file().dataBytes() / 2;
      all.add(
          new Contender(
              "penstock-cache-half",
              "Penstock with a cache for half of the records, second epoch",
              Program.JAVA,
              penstockParameters(
                  "backend=uring,io=direct,cache=" + half, half + CellMemory.SMALL_BYTES, 1),
              List.of(""),
              // Hits are counted when records are ordered: only a whole epoch has all of them.
              true,
              half + CellMemory.SMALL_BYTES));
    }
  }

  /** Another order than that of all others: whole blocks. */
  private void addBlocks(List<Contender> all) {
    long blockRecords = Math.max(1, BLOCK_BYTES / cell.file().recordBytes());
    Map<String, String> parameters =
        new HashMap<>(penstockParameters("backend=uring,io=direct", CellMemory.SMALL_BYTES, 0));
    parameters.put("blockRecords", Long.toString(blockRecords));
    all.add(
        new Contender(
            "penstock-block",
            "Penstock, a block shuffle of %d records a block".formatted(blockRecords),
            Program.JAVA,
            parameters,
            List.of(""),
            false,
            CellMemory.SMALL_BYTES));
  }

  /**
   * Without the native library, as on a system that it was not built for. Of a cold file that
   * memory has room for it is a whole epoch, since the beginning of one is spent on reading all.
   */
  private void addJavaAlone(List<Contender> all) {
    Map<String, String> parameters = new HashMap<>(penstockParameters("", memory.smallBytes(), 0));
    parameters.put(ChildRunner.NATIVE, "off");
    boolean isWhole = cell.state() == State.COLD;
    all.add(
        new Contender(
            "penstock-java",
            "Penstock, without the native library" + (isWhole ? ", a whole epoch" : ""),
            Program.JAVA,
            parameters,
            List.of(""),
            isWhole,
            memory.smallBytes()));
  }

  private void addPenstock(List<Contender> all, String name, String flags) {
    all.add(penstock("penstock-" + name, "Penstock, " + flags, flags, 0));
  }

  /** Penstock with so little memory that it reads records one by one. */
  private Contender penstock(String name, String about, String flags, int fillEpochs) {
    return penstock(name, about, flags, memory.smallBytes(), fillEpochs);
  }

  private Contender penstock(
      String name, String about, String flags, long memoryBytes, int fillEpochs) {
    return new Contender(
        name,
        about,
        Program.JAVA,
        penstockParameters(flags, memoryBytes, fillEpochs),
        List.of(""),
        false,
        memoryBytes);
  }

  static Map<String, String> penstockParameters(String flags, long memoryBytes, int fillEpochs) {
    return Map.of(
        "contender",
        "penstock",
        "readahead",
        flags,
        "memoryBytes",
        Long.toString(memoryBytes),
        "fillEpochs",
        Integer.toString(fillEpochs),
        "blockRecords",
        "0",
        "catFirst",
        "false");
  }

  /**
   * Beside records of different sizes: a column of one size, what they are to cost little more
   * than.
   */
  private void addEven(List<Contender> all) {
    if (!cell.file().isVariable()) {
      return;
    }
    Map<String, String> parameters =
        new HashMap<>(penstockParameters("backend=uring,io=direct", memory.smallBytes(), 0));
    parameters.put("reads", CellFiles.EVEN);
    all.add(
        new Contender(
            "penstock-fixed",
            "Penstock, backend=uring,io=direct, as many bytes in records of one size, the mean",
            Program.JAVA,
            parameters,
            List.of(""),
            false,
            memory.smallBytes()));
  }

  private void addWindows(List<Contender> all) {
    long recordBytes = cell.file().recordBytes();
    long most = Math.max(MAX_WINDOW_RECORD_BYTES, cell.profile().requestWorthBytes() / 2);
    if (!cell.file().isVariable() && recordBytes > most) {
      return;
    }
    for (int share : settings.windows()) {
      addWindow(
          all,
          "penstock-window-" + share,
          "Penstock with memory for 1/%d of the data, a whole epoch".formatted(share),
          cell.file().dataBytes() / share);
    }
    if (!cell.file().isVariable() && recordBytes == 4096) {
      addWindow(
          all,
          "penstock-window-64k-records",
          "Penstock with memory for 64k records, a whole epoch",
          (64 << 10) * recordBytes + CellMemory.SMALL_BYTES / 2);
    }
  }

  private void addWindow(List<Contender> all, String name, String about, long memoryBytes) {
    if (!memory.hasRoomForWindow(memoryBytes)) {
      return;
    }
    all.add(
        new Contender(
            name,
            about,
            Program.JAVA,
            penstockParameters("backend=uring,io=direct", memoryBytes, 0),
            List.of(""),
            true,
            memoryBytes));
  }

  /** Whole epochs of a file that memory has room for: cat before it is what there is to beat. */
  private void addFitting(List<Contender> all) {
    addLimits(all);
    Map<String, String> own = penstockParameters("", memory.defaultBytes(), 0);
    all.add(whole("penstock", "Penstock, default settings", Program.JAVA, own));
    Map<String, String> behindCat = new HashMap<>(own);
    behindCat.put("catFirst", "true");
    all.add(whole("cat-penstock", "cat FILE, then Penstock from memory", Program.JAVA, behindCat));
    if (cell.file().isVariable()) {
      return;
    }
    Map<String, String> numpy =
        Map.of("contender", "numpy", "advice", "normal", "catFirst", "true");
    all.add(
        whole("cat-numpy-take", "cat FILE, then NumPy take from memory", Program.PYTHON, numpy));
  }

  private Contender whole(
      String name, String about, Program program, Map<String, String> parameters) {
    return new Contender(
        name, about + ", a whole epoch", program, parameters, List.of(""), true, 0);
  }

  private void addWarm(List<Contender> all) {
    long dataBytes = cell.file().dataBytes();
    all.add(penstock("penstock", "Penstock, default settings", "", memory.defaultBytes(), 0));
    addPenstock(all, "mmap", "backend=mmap");
    addJavaAlone(all);
    addPenstock(all, "mmap-2", "backend=mmap,ioThreads=2");
    addPenstock(all, "pread", "backend=pread,io=buffered");
    addPenstock(all, "uring-buffered", "backend=uring,io=buffered");
    all.add(
        penstock(
            "penstock-resident",
            "Penstock with a cache for all records, second epoch",
            "backend=pread,io=buffered,cache=" + (dataBytes + CellMemory.SMALL_BYTES),
            dataBytes + 4 * CellMemory.SMALL_BYTES,
            1));
    peers.addWarm(all);
  }
}
