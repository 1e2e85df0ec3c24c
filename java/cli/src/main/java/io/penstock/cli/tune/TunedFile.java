package io.penstock.cli.tune;

import io.penstock.Dataset;
import io.penstock.array.ArrayLayout;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.internal.tune.DeviceProbe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The file that is measured, and its records.
 *
 * @param path of the file
 * @param records null if it has none that one request reads each
 * @param areMeans whether records have different sizes: then these have the mean
 */
record TunedFile(Path path, DeviceProbe.Records records, boolean areMeans) {
  /** Larger records are read in several requests. */
  private static final int MAX_RECORD_BYTES = 1 << 20;

  /**
   * Looks at a file.
   *
   * @param source the file, or a part of it with records of different sizes
   * @param offsets what divides its values; empty if its records have one size
   * @param say gets what is worth knowing
   */
  static TunedFile of(Source source, List<Source> offsets, Consumer<String> say) {
    if (!offsets.isEmpty()) {
      return ofValues(source, offsets);
    }
    Path path = source.file();
    if (source.partName().isPresent() && Files.isRegularFile(path)) {
      PartPath part = new PartPath(path, source.partName().get());
      if (KnownFormats.records(part) instanceof RecordLayout.Variable divided) {
        return ofValues(divided.values(), divided.recordCount());
      }
    }
    ArrayLayout layout = layoutOrNull(source, say);
    return new TunedFile(path, layout == null ? null : recordsOrNull(layout), false);
  }

  /** Opens them as a loader would, which compares one with the other. */
  private static TunedFile ofValues(Source values, List<Source> offsets) {
    try (Dataset dataset = Dataset.builder().variable("records", List.of(values), offsets).open()) {
      return ofValues(Formats.open(values), dataset.recordCount());
    }
  }

  private static TunedFile ofValues(ArrayLayout values, long records) {
    long mean = Math.ceilDiv(values.dataBytes(), Math.max(1, records));
    boolean isOneRequest = records > 0 && mean > 0 && mean <= MAX_RECORD_BYTES;
    return new TunedFile(
        values.path(),
        isOneRequest
            ? new DeviceProbe.Records(values.dataOffset(), (int) mean, values.dataBytes() / mean)
            : null,
        true);
  }

  /** Null if records are not contiguous, or so large that each takes several requests. */
  private static DeviceProbe.Records recordsOrNull(ArrayLayout layout) {
    long bytes = layout.recordBytes();
    boolean isOnePiece =
        layout.isWhole()
            && layout.runs().size() == 1
            && layout.runs().getFirst().strideBytes() == bytes;
    return layout.recordCount() > 0 && isOnePiece && bytes <= MAX_RECORD_BYTES
        ? new DeviceProbe.Records(layout.dataOffset(), (int) bytes, layout.recordCount())
        : null;
  }

  /** Null if the file is no array that can be read: any file will do, as bytes. */
  private static ArrayLayout layoutOrNull(Source source, Consumer<String> say) {
    try {
      return Formats.open(source);
    } catch (PenstockException e) {
      if (source.toString().toLowerCase(Locale.ROOT).endsWith(".npy")) {
        say.accept("measuring without regard to records: " + e.getMessage());
      }
      return null;
    }
  }

  /** Size of a record; 0 if there are none that one request reads. */
  int recordBytes() {
    return records == null ? 0 : records.recordBytes();
  }
}
