package io.penstock.internal.dataset;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Records that are runs of values in an array, found by an array of offsets, or of places and
 * lengths.
 *
 * <p>What it owns: the files of values, open. The offsets are read from a mapping whenever a record
 * is asked for, as there may be more of them than memory holds, and are believed only as far as
 * they lie within the values.
 */
final class ValuesSource implements VariableSource {
  /** Where the records of an array of values lie in it. */
  sealed interface Places {
    /** Where records begin. */
    MappedIntegers starts();
  }

  /**
   * Each record ends where the next one begins.
   *
   * @param starts in values; one more than there are records
   */
  record OffsetPlaces(MappedIntegers starts) implements Places {}

  /**
   * Records lie anywhere.
   *
   * @param starts in bytes
   * @param lengths in values
   */
  record LengthPlaces(MappedIntegers starts, MappedIntegers lengths) implements Places {}

  /**
   * Records lie anywhere in a file, at any byte.
   *
   * @param starts in bytes, from base on
   * @param lengths in bytes; -1 for a record that is missing
   * @param baseBytes from the start of the file
   * @param fileBytes size of the file
   * @param areMissingEmpty whether missing records are records without bytes, rather than an error
   * @param names of the records, for errors
   */
  record ContainerPlaces(
      MappedIntegers starts,
      MappedIntegers lengths,
      long baseBytes,
      long fileBytes,
      boolean areMissingEmpty,
      Optional<RecordLayout.ByIndex> names)
      implements Places {
    /** What a record without a value has for a length. */
    static final long MISSING = -1;
  }

  /**
   * One array of values and what divides it.
   *
   * @param values the file that they are in
   * @param file its number in the source
   * @param dataOffset where the first value starts in it
   * @param valueCount how many values there are
   * @param dataBytes size of all records together
   * @param recordCount how many records
   * @param places where these are
   */
  record DividedArray(
      Path values,
      int file,
      long dataOffset,
      long valueCount,
      long dataBytes,
      long recordCount,
      Places places) {}

  private final String column;
  private final RecordFailures failures;
  private final int elementBytes;
  private final DividedArray[] parts;
  private final long[] firstIndices;

  /** Deaf to interrupts, one reader at a time. */
  private final FileChannel[] files;

  private final long meanBytes;

  /**
   * Opens the files of values.
   *
   * @param column name, for messages
   * @param elementBytes size of a value
   * @param all the arrays, in index order
   * @throws PenstockException if a file cannot be opened
   */
  ValuesSource(String column, int elementBytes, List<DividedArray> all) {
    this.column = column;
    this.failures = new RecordFailures(column);
    this.elementBytes = elementBytes;
    this.parts = all.stream().filter(part -> part.recordCount > 0).toArray(DividedArray[]::new);
    this.firstIndices = new long[parts.length];
    this.files = new FileChannel[parts.length];
    long records = 0;
    double bytes = 0;
    for (int i = 0; i < parts.length; i++) {
      firstIndices[i] = records;
      records += parts[i].recordCount;
      bytes += parts[i].dataBytes;
      files[i] = open(parts[i].values);
    }
    this.meanBytes = Math.max(1, (long) Math.ceil(bytes / Math.max(1, records)));
  }

  private FileChannel open(Path path) {
    try {
      return SteadyChannel.forReading(path);
    } catch (IOException e) {
      close();
      throw PenstockException.about(
          ErrorKinds.of(e),
          path,
          "expected a readable file of values, found: " + SystemReason.withAdvice(e),
          e);
    }
  }

  @Override
  public int elementBytes() {
    return elementBytes;
  }

  @Override
  public long meanBytes() {
    return meanBytes;
  }

  @Override
  public long bytes(long index) {
    int part = part(index);
    return end(part, index) - start(part, index);
  }

  @Override
  public boolean dependsOn(long index, Path file, long from, long to) {
    int number = part(index);
    DividedArray part = parts[number];
    long i = index - firstIndices[number];
    boolean isPlacedThere =
        switch (part.places) {
          case OffsetPlaces divided -> divided.starts.isIn(file, i, i + 1, from, to);
          case LengthPlaces sized ->
              sized.starts.isIn(file, i, i, from, to) || sized.lengths.isIn(file, i, i, from, to);
          case ContainerPlaces indexed ->
              indexed.starts.isIn(file, i, i, from, to)
                  || indexed.lengths.isIn(file, i, i, from, to);
        };
    if (isPlacedThere || !part.values.equals(file)) {
      return isPlacedThere;
    }
    try {
      long end = part.dataOffset + end(number, index);
      long start = part.dataOffset + start(number, index);
      return start < to && end > from && start < end;
    } catch (PenstockException e) {
      return false; // Its place is damaged, not its values.
    }
  }

  @Override
  public void places(
      long first, int count, MemorySegment files, MemorySegment offsets, MemorySegment lengths) {
    for (int i = 0; i < count; i++) {
      int part = part(first + i);
      DividedArray of = parts[part];
      long start = rawStart(part, first + i);
      long length = length(part, first + i, start);
      int startBytes = startBytes(of.places);
      boolean isInside = isInside(of, start, length);
      files.setAtIndex(ValueLayout.JAVA_INT, i, of.file);
      offsets.setAtIndex(
          ValueLayout.JAVA_LONG, i, of.dataOffset + (isInside ? start * startBytes : 0));
      lengths.setAtIndex(ValueLayout.JAVA_LONG, i, isInside ? length * elementBytes : -1);
    }
  }

  /** In bytes from the first value; checked together with the end. */
  private long start(int part, long index) {
    return rawStart(part, index) * startBytes(parts[part].places);
  }

  /** Counted as the start is, whatever that is. */
  private long rawStart(int part, long index) {
    Places places = parts[part].places;
    long base = places instanceof ContainerPlaces indexed ? indexed.baseBytes : 0;
    return base + number(places.starts(), part, index, 0);
  }

  /** What starts are counted in. */
  private int startBytes(Places places) {
    return switch (places) {
      case OffsetPlaces _ -> elementBytes;
      case LengthPlaces _, ContainerPlaces _ -> 1;
    };
  }

  private long end(int part, long index) {
    DividedArray of = parts[part];
    long start = rawStart(part, index);
    long length = length(part, index, start);
    if (!isInside(of, start, length)) {
      throw of.places instanceof ContainerPlaces indexed
              && number(indexed.lengths, part, index, 0) == ContainerPlaces.MISSING
          ? failures.missing(of.values, index, index - firstIndices[part], indexed.names)
          : wrong(of, index, start, length, most(of));
    }
    return start * startBytes(of.places) + length * elementBytes;
  }

  /** Of a record, in values, whatever that is. */
  private long length(int part, long index, long start) {
    return switch (parts[part].places) {
      case OffsetPlaces offsets -> number(offsets.starts(), part, index, 1) - start;
      case LengthPlaces sized -> number(sized.lengths, part, index, 0);
      case ContainerPlaces indexed -> {
        long bytes = number(indexed.lengths, part, index, 0);
        boolean isEmpty = bytes == ContainerPlaces.MISSING && indexed.areMissingEmpty;
        yield isEmpty ? 0 : bytes % elementBytes == 0 ? bytes / elementBytes : -1;
      }
    };
  }

  /** The end of the values, counted in what starts are counted in. */
  private long most(DividedArray of) {
    return of.places instanceof ContainerPlaces indexed
        ? indexed.fileBytes
        : of.valueCount * (elementBytes / startBytes(of.places));
  }

  private boolean isInside(DividedArray of, long start, long length) {
    if (of.places instanceof ContainerPlaces indexed) {
      // At any byte: containers have no alignment.
      return start >= 0
          && start <= indexed.fileBytes
          && length >= 0
          && length <= (indexed.fileBytes - start) / elementBytes;
    }
    int unit = elementBytes / startBytes(of.places);
    long most = most(of);
    return start >= 0
        && start <= most
        && start % unit == 0
        && length >= 0
        && length <= (most - start) / unit;
  }

  private long number(MappedIntegers numbers, int part, long index, int further) {
    try {
      return numbers.get(index - firstIndices[part] + further);
    } catch (InternalError e) {
      throw numbers.cutShort(column, index, e);
    }
  }

  private PenstockException wrong(
      DividedArray part, long index, long start, long length, long most) {
    return switch (part.places) {
      case OffsetPlaces offsets ->
          failures.wrong(
              offsets.starts.path(),
              index,
              most + " values of " + part.values,
              "offsets %d and %d".formatted(start, start + length));
      case LengthPlaces _, ContainerPlaces _ ->
          failures.wrong(
              part.places.starts().path(),
              index,
              "%d %s of %s".formatted(most, elementBytes > 1 ? "bytes" : "values", part.values),
              "%d values from byte %d on".formatted(length, start));
    };
  }

  @Override
  public void readSteadily(long index, ByteBuffer into) {
    read(index, into);
    // Behind the end of a file that was cut short, up to the end of the page, offsets are zeros.
    Places places = parts[part(index)].places;
    places.starts().checkWhole(column, index);
    switch (places) {
      case OffsetPlaces _ -> {}
      case LengthPlaces sized -> sized.lengths.checkWhole(column, index);
      case ContainerPlaces indexed -> indexed.lengths.checkWhole(column, index);
    }
  }

  @Override
  public RecordPlace place(long index) {
    int part = part(index);
    return new RecordPlace(parts[part].values, parts[part].dataOffset + start(part, index));
  }

  @Override
  public String name(long index) {
    int part = part(index);
    if (parts[part].places instanceof ContainerPlaces indexed && indexed.names.isPresent()) {
      String sample = RecordFailures.name(indexed.names.get(), index - firstIndices[part]);
      return "%s, sample '%s'".formatted(parts[part].values, sample);
    }
    RecordPlace place = place(index);
    return "%s at byte %d".formatted(place.path(), place.offsetBytes());
  }

  private void read(long index, ByteBuffer into) {
    int part = part(index);
    long offset = parts[part].dataOffset + start(part, index);
    int wanted = into.remaining();
    long at = offset;
    try {
      while (into.hasRemaining()) {
        int got = files[part].read(into, at);
        if (got <= 0) {
          throw failures.cutShort(parts[part].values, index, offset, wanted, at);
        }
        at += got;
      }
    } catch (IOException e) {
      throw failures.failed(parts[part].values, index, offset, wanted, e);
    }
  }

  private int part(long index) {
    if (firstIndices.length == 1) {
      return 0;
    }
    int found = Arrays.binarySearch(firstIndices, index);
    return found >= 0 ? found : -found - 2;
  }

  @Override
  public void close() {
    List<IOException> failures = new ArrayList<>();
    for (FileChannel file : files) {
      try {
        if (file != null) {
          file.close();
        }
      } catch (IOException e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      throw new PenstockException(
          ErrorKind.OTHER,
          "a file of column '%s' could not be closed".formatted(column),
          failures.getFirst());
    }
  }
}
