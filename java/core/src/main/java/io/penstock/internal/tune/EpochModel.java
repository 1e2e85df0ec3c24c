package io.penstock.internal.tune;

import io.penstock.internal.plan.CostModel;
import io.penstock.internal.plan.RecordSizes;
import io.penstock.options.Readahead;
import io.penstock.options.ReadaheadFlag;
import java.util.ArrayList;
import java.util.List;

/**
 * How long an epoch takes, by arithmetic: what it asks of the device and of the processor, and the
 * slower of the two. Pure; it asks nobody. The formulas, and how far they were found to be right,
 * are in the guide's page about {@code penstock plan}.
 *
 * @param device that is read
 * @param processor that reads
 * @param sizes of records
 * @param recordCount of the dataset, at least 1
 * @param batchSize records of a batch
 * @param flags of the loader
 */
record EpochModel(
    DeviceFigures device,
    ProcessorFigures processor,
    RecordSizes sizes,
    long recordCount,
    int batchSize,
    Readahead flags) {
  /** Where a reader learns the gap that is worth reading through, it stays within these. */
  private static final long LEAST_GAP_BYTES = 4 << 10;

  private static final long MOST_GAP_BYTES = 1 << 20;

  /** A reader that learns reads at least so many gaps at once, */
  private static final int GAPS_PER_READ = 2;

  /** but leaves room in staging for so many of the largest reads. */
  private static final int STAGED_READS = 2;

  /** So many gaps, from the least to the largest, are tried to find one. */
  private static final int GAP_STEPS = 48;

  /** What a request is taken to be worth before that. */
  private static final long LEARNED_FROM_BYTES = 24 << 10;

  /** Requests until a reader knows its device: until then it reads in small pieces. */
  private static final int LEARNING_REQUESTS = 300;

  /** So many steps are as good as an integral. */
  private static final int STEPS = 64;

  /** The head of an order is this part of what is known ahead. */
  private static final int HEAD_PART = 16;

  /** Reads of the head may cost so much of what the first sweep beside it costs. */
  private static final double HEAD_SHARE = 1.0 / 3;

  /** What a direct read is rounded up to. */
  private static final int SECTOR_BYTES = 512;

  /**
   * How a loader reads.
   *
   * @param isSweeping over the file, with records that wait in cells; otherwise batch by batch
   * @param knownRecords that each thread knows ahead
   * @param threads that read: one if it is sweeping, whoever copies for it
   * @param stagingBytes of each
   * @param residentBytes of columns that each keeps whole
   */
  record Way(
      boolean isSweeping, long knownRecords, int threads, long stagingBytes, long residentBytes) {}

  /**
   * Times of an epoch.
   *
   * @param firstBatchSeconds until the first batch of all
   * @param firstEpochSeconds of the first epoch
   * @param epochSeconds of each later one
   * @param limit what holds later ones back
   */
  record Times(
      double firstBatchSeconds, double firstEpochSeconds, double epochSeconds, EpochLimit limit) {}

  /**
   * What some records ask for.
   *
   * @param requests of the device
   * @param bytes of the device
   * @param deviceSeconds of it, if each request were at a random place
   * @param sweepSeconds of the one thread that sweeps
   * @param sharedSeconds of the processor, which all threads share
   */
  private record Demand(
      double requests,
      double bytes,
      double deviceSeconds,
      double sweepSeconds,
      double sharedSeconds) {
    static final Demand NONE = new Demand(0, 0, 0, 0, 0);

    Demand plus(Demand other, double times) {
      return new Demand(
          requests + times * other.requests,
          bytes + times * other.bytes,
          deviceSeconds + times * other.deviceSeconds,
          sweepSeconds + times * other.sweepSeconds,
          sharedSeconds + times * other.sharedSeconds);
    }
  }

  /** Reading from the device. */
  Times of(Way way) {
    long known = Math.clamp(way.knownRecords, 1, recordCount);
    Demand epoch = Demand.NONE.plus(perRecord(way, known), (double) recordCount);
    double seconds = seconds(epoch, way);
    double whole = way.residentBytes * way.threads / device.bytesPerSecond();
    return new Times(
        whole + firstBatchSeconds(way, known),
        whole
            + (way.isSweeping ? firstSweepSeconds(way, known) : 0)
            + learningSeconds(way)
            + seconds,
        seconds,
        limit(epoch, way));
  }

  /** The files are read into the page cache once, and records are copied from there. */
  Times fromPageCache() {
    double record = processor.cachedRecord() + processor.cachedByte() * sizesOf(columns());
    double epoch = record * recordCount / flags.ioThreads();
    double pass = sizesOf(columns()) * recordCount / device.bytesPerSecond();
    Way way = new Way(false, batchSize, 1, 0, 0);
    return new Times(firstBatchSeconds(way, batchSize), pass + epoch, epoch, EpochLimit.PROCESSOR);
  }

  private List<RecordSizes.ColumnSize> columns() {
    return sizes.columns();
  }

  private static double sizesOf(List<RecordSizes.ColumnSize> columns) {
    return columns.stream().mapToDouble(RecordSizes.ColumnSize::bytes).sum();
  }

  /** Of a record, when so many are known ahead of it. */
  private Demand perRecord(Way way, long known) {
    Demand sum = Demand.NONE;
    for (RecordSizes.ColumnSize column : readColumns(way)) {
      CostModel.Reads reads = reads(column.bytes(), known, way);
      double apart =
          reads.requests()
              / device.randomReadsPerSecond(Math.min(column.bytes(), readBytes(way.stagingBytes)));
      double begun = reads.requests() * processor.request();
      sum =
          sum.plus(
              way.isSweeping
                  ? new Demand(
                      reads.requests(),
                      reads.bytes(),
                      apart,
                      begun + processor.sweptRecord(),
                      column.bytes() * processor.sweptByte())
                  : new Demand(
                      reads.requests(),
                      reads.bytes(),
                      apart,
                      0,
                      begun + processor.singleRecord() + column.bytes() * processor.singleByte()),
              1);
    }
    return sum;
  }

  /**
   * The first sweep comes on top: until it has ended, hardly anything is delivered. The elevator
   * sees more and more of the order on its way, and records of the head are read beside it.
   */
  private double firstSweepSeconds(Way way, long known) {
    Demand sweep = Demand.NONE;
    for (int i = 0; i < STEPS; i++) {
      double seen = Math.max(1.0 / HEAD_PART, (i + 0.5) / STEPS) * known;
      sweep = sweep.plus(perRecord(way, Math.max(1, (long) seen)), seen / STEPS);
    }
    double head = headRecords(sweep, way, known);
    return device.countsAllRequests()
        ? seconds(sweep.plus(single(way), head), way)
        : seconds(sweep, way) + head * singleSeconds(way) / way.threads;
  }

  /** Those of the head that the first sweep pays for: a request costs the bytes it is worth. */
  private double headRecords(Demand sweep, Way way, long known) {
    double paid = HEAD_SHARE * (sweep.bytes + sweep.requests * worthBytes());
    Demand single = single(way);
    return Math.min(
        (double) known / HEAD_PART, paid / (single.bytes + single.requests * worthBytes()));
  }

  /** Its records are read by themselves; of a batch plan, all that are known come by place. */
  private double firstBatchSeconds(Way way, long known) {
    long records = way.isSweeping ? batchSize : known;
    return Math.min(records, recordCount) * singleSeconds(way);
  }

  /** What a record asks of the device that is read by itself. */
  private Demand single(Way way) {
    Demand sum = Demand.NONE;
    for (RecordSizes.ColumnSize column : readColumns(way)) {
      sum = sum.plus(new Demand(1, column.bytes() + SECTOR_BYTES, 0, 0, 0), 1);
    }
    return sum;
  }

  /** Of a record that is read by itself. */
  private double singleSeconds(Way way) {
    double seconds = 0;
    for (RecordSizes.ColumnSize column : readColumns(way)) {
      seconds += 1 / device.randomReadsPerSecond(column.bytes() + SECTOR_BYTES);
    }
    return seconds;
  }

  /** All columns but the smallest, as far as these are kept whole. */
  private List<RecordSizes.ColumnSize> readColumns(Way way) {
    List<RecordSizes.ColumnSize> read = new ArrayList<>();
    double left = way.residentBytes;
    for (RecordSizes.ColumnSize column : columns()) {
      double bytes = (double) column.bytes() * recordCount;
      if (!column.isVariable() && bytes <= left) {
        left -= bytes;
      } else {
        read.add(column);
      }
    }
    return read;
  }

  private CostModel.Reads reads(long recordBytes, long known, Way way) {
    return CostModel.reads(
        recordBytes,
        recordCount,
        known,
        gapBytes(recordBytes, known, way),
        readBytes(way.stagingBytes));
  }

  /**
   * The gap that a reader reads through. What it learns from a device that two limits bound is
   * between the gap that a request is worth and the one at which both limits bind, about half way.
   */
  private long gapBytes(long recordBytes, long known, Way way) {
    long worth = worthBytes();
    if (isGiven(ReadaheadFlag.MERGE_GAP) || !device.countsAllRequests()) {
      return worth;
    }
    double gap = LEAST_GAP_BYTES;
    double step = Math.pow(worth / gap, 1.0 / GAP_STEPS);
    for (; gap < worth; gap *= step) {
      CostModel.Reads reads =
          CostModel.reads(recordBytes, recordCount, known, (long) gap, readBytes(way.stagingBytes));
      if (reads.requests() / device.requestsPerSecond()
          <= reads.bytes() / device.bytesPerSecond()) {
        break;
      }
    }
    return (long) Math.sqrt(Math.min(gap, (double) worth) * worth);
  }

  /** Bytes that take as long as a request. */
  private long worthBytes() {
    return isGiven(ReadaheadFlag.MERGE_GAP)
        ? flags.mergeGapBytes()
        : Math.clamp((long) device.requestWorthBytes(), LEAST_GAP_BYTES, MOST_GAP_BYTES);
  }

  private long readBytes(long stagingBytes) {
    if (!device.countsAllRequests()) {
      return Long.MAX_VALUE;
    }
    long least = flags.maxReadBytes();
    return isGiven(ReadaheadFlag.MAX_READ)
        ? least
        : Math.max(least, Math.min(GAPS_PER_READ * worthBytes(), stagingBytes / STAGED_READS));
  }

  /** A reader that learns its device is slow at first, if reading through gaps would pay. */
  private double learningSeconds(Way way) {
    boolean isLearning =
        !isGiven(ReadaheadFlag.MERGE_GAP) && worthBytes() > LEARNED_FROM_BYTES && way.isSweeping;
    return isLearning ? LEARNING_REQUESTS / device.requestsPerSecond() : 0;
  }

  private boolean isGiven(ReadaheadFlag flag) {
    return flags.given().contains(flag);
  }

  private double seconds(Demand work, Way way) {
    return Math.max(deviceSeconds(work), processorSeconds(work, way));
  }

  /** One thread sweeps whatever the number of threads: the others copy for it. */
  private double processorSeconds(Demand work, Way way) {
    int threads = way.isSweeping ? flags.ioThreads() : way.threads;
    return Math.max(work.sweepSeconds, (work.sweepSeconds + work.sharedSeconds) / threads);
  }

  private double deviceSeconds(Demand work) {
    double byRequests = Math.max(work.requests / device.requestsPerSecond(), work.deviceSeconds);
    return Math.max(byRequests, work.bytes / device.bytesPerSecond());
  }

  private EpochLimit limit(Demand work, Way way) {
    if (processorSeconds(work, way) > deviceSeconds(work)) {
      return EpochLimit.PROCESSOR;
    }
    return work.requests / device.requestsPerSecond() > work.bytes / device.bytesPerSecond()
        ? EpochLimit.REQUESTS
        : EpochLimit.BYTES;
  }
}
