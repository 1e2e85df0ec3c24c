package io.penstock.bench.cold;

import io.penstock.bench.cold.Contender.Program;
import io.penstock.bench.data.RecordSize;
import io.penstock.internal.plan.RecordSizes;
import io.penstock.internal.tune.Forecast;
import io.penstock.internal.tune.Forecaster;
import io.penstock.options.Readahead;
import java.util.ArrayList;
import java.util.List;

/**
 * One run that is foretold and then done: records, a device, and memory for a part of the data.
 *
 * @param size of records
 * @param profile of the device
 * @param part memory is for 1/part of the data
 */
record ForecastCase(RecordSize.Equal size, Profile profile, int part) {
  /** As every contender that is to keep away from the page cache. */
  private static final String FLAGS = "backend=uring,io=direct";

  private static final int[] PARTS = {2, 4, 8};
  private static final int[] FEW_PARTS = {2, 4};
  private static final int[] ONE_PART = {4};

  /**
   * First epoch, a later one, and the last one, which is not compared: nothing is read ahead in it
   * for the next, so that it takes up to a third less.
   */
  static final int EPOCHS = 3;

  /** Small records by memory; of larger ones, which windows are less for, one case each. */
  static List<ForecastCase> all(List<Profile> profiles) {
    List<ForecastCase> all = new ArrayList<>();
    for (long bytes : new long[] {784, 4096, 16_384, 150_528}) {
      for (Profile profile : profiles) {
        // Many passes over 4 KiB records take a hard disk minutes.
        int[] small = bytes == 4096 && profile.name().equals("hdd") ? FEW_PARTS : PARTS;
        for (int part : bytes <= 4096 ? small : ONE_PART) {
          all.add(new ForecastCase(new RecordSize.Equal(bytes), profile, part));
        }
      }
    }
    return all;
  }

  long memoryBytes(Cell cell) {
    return cell.file().dataBytes() / part;
  }

  /** What {@code penstock plan} says of it. */
  Forecast forecast(Cell cell) {
    Forecaster.ForecastSubject shape =
        new Forecaster.ForecastSubject(
            RecordSizes.fixed(List.of(size.bytes())),
            cell.file().recordCount(),
            0,
            cell.batchSize(),
            Readahead.parse(FLAGS));
    try (Forecaster forecaster = Forecaster.of(shape)) {
      return forecaster.with(memoryBytes(cell), profile.figures());
    }
  }

  /** Whole epochs: their beginning is not like their middle. */
  Contender contender(Cell cell) {
    return new Contender(
        "penstock-forecast-" + part,
        "Penstock with memory for 1/%d of the data".formatted(part),
        Program.JAVA,
        Catalog.penstockParameters(FLAGS, memoryBytes(cell), 0),
        List.of(""),
        true,
        memoryBytes(cell));
  }
}
