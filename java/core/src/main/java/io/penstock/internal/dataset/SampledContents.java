package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;

/**
 * A digest of blocks at fixed places of a dataset's arrays: all of them where data is small, a
 * sample of them where it is not.
 *
 * <p>At most {@value #READS} reads, whatever the number of files, so that asking costs a hard disk
 * half a second. Each array has its share of them, spread evenly: two datasets of one shape are
 * told apart unless they differ only between the blocks. A block that the device cannot read counts
 * as unreadable, so that a damaged file has an identity too. Files are read as ordinary files, not
 * mapped: an interrupt or a file cut short does no harm.
 */
final class SampledContents {
  static final int READS = 64;
  static final int READ_BYTES = 16 << 10;
  private static final byte[] UNREADABLE = {1};

  /** A stretch of a file with records in it. */
  private record SampledExtent(Path path, long offsetBytes, long bytes) {
    /** A block ends with its extent: a sample need not go on in the next file. */
    SampledExtent block(long at) {
      return new SampledExtent(path, offsetBytes + at, Math.min(READ_BYTES, bytes - at));
    }
  }

  private final DatasetFiles opened;
  private final List<List<SampledExtent>> arrays = new ArrayList<>();
  private final MessageDigest digest = Identity.sha256();
  private volatile Path reading;
  private volatile String unreadable;

  SampledContents(DatasetFiles opened) {
    this.opened = opened;
  }

  private void addArrays() {
    for (int i = 0; i < opened.columns().size(); i++) {
      Column column = opened.columns().get(i);
      switch (opened.layout(i)) {
        case ColumnLayout.FixedRecords _ -> arrays.add(extents(column));
        case DividedRecords divided -> addDivided(divided);
        case ColumnLayout.FileRecords files -> addFiles(files);
      }
    }
    arrays.replaceAll(SampledContents::upToTheLast);
    arrays.removeIf(List::isEmpty);
  }

  /** Without extents at the end that are empty. */
  private static List<SampledExtent> upToTheLast(List<SampledExtent> array) {
    int count = array.size();
    while (count > 0 && array.get(count - 1).bytes() == 0) {
      count--;
    }
    return array.subList(0, count);
  }

  /** A view, as there may be a million shards. */
  private static List<SampledExtent> extents(Column column) {
    List<Shard> shards = column.shards();
    return new AbstractList<>() {
      @Override
      public SampledExtent get(int number) {
        return extent(column, shards.get(number));
      }

      @Override
      public int size() {
        return shards.size();
      }
    };
  }

  private void addFiles(ColumnLayout.FileRecords records) {
    List<SampledExtent> files = new ArrayList<>();
    records
        .folder()
        .sample(READS)
        .forEach((path, bytes) -> files.add(new SampledExtent(path, 0, bytes)));
    arrays.add(files);
  }

  private void addDivided(DividedRecords records) {
    List<SampledExtent> values = new ArrayList<>();
    List<SampledExtent> divisions = new ArrayList<>();
    for (RecordLayout.Variable division : records.divisions()) {
      values.add(extent(division.values()));
      if (!(division instanceof RecordLayout.ByIndex)) {
        division.numbers().forEach(numbers -> divisions.add(extent(numbers)));
      }
    }
    arrays.add(divisions);
    arrays.add(values);
  }

  private static SampledExtent extent(Column column, Shard shard) {
    long recordBytes = column.recordBytes();
    if (!shard.isWhole()) {
      long[] strides = shard.axisStrides();
      recordBytes = column.elementType().sizeBytes();
      for (int i = 0; i < strides.length; i++) {
        recordBytes += (column.shape().dim(i) - 1) * strides[i];
      }
    }
    return new SampledExtent(
        shard.path(),
        shard.dataOffset(),
        shard.recordCount() == 0
            ? 0
            : (shard.recordCount() - 1) * shard.strideBytes() + recordBytes);
  }

  private static SampledExtent extent(ArrayLayout array) {
    ArrayLayout.Run run = array.runs().getFirst();
    return new SampledExtent(
        array.path(), run.offsetBytes(), array.recordCount() * run.strideBytes());
  }

  private static long bytes(List<SampledExtent> array) {
    return array.stream().mapToLong(SampledExtent::bytes).sum();
  }

  /** The file that is being read, for messages. */
  Path reading() {
    return reading;
  }

  /** The first block that the device could not read; null if there is none. */
  String unreadable() {
    return unreadable;
  }

  /**
   * Reads the blocks; once.
   *
   * @throws PenstockException if a file cannot be opened, or was cut short
   */
  byte[] digest() {
    places().forEach(this::read);
    return digest.digest();
  }

  /** Where the blocks are: of each array its share. */
  private List<SampledExtent> places() {
    addArrays();
    List<SampledExtent> places = new ArrayList<>();
    int count = arrays.size();
    for (int i = 0; i < count; i++) {
      int share = READS * (i + 1) / count - READS * i / count;
      long blocks =
          arrays.get(i).stream().mapToLong(e -> Math.ceilDiv(e.bytes(), READ_BYTES)).sum();
      if (share > 0) {
        places.addAll(blocks <= share ? all(arrays.get(i)) : spread(arrays.get(i), share));
      }
    }
    return places;
  }

  /** The number of blocks that are read of these files. */
  static int reads(DatasetFiles opened) {
    return new SampledContents(opened).places().size();
  }

  private static List<SampledExtent> all(List<SampledExtent> array) {
    List<SampledExtent> blocks = new ArrayList<>();
    for (SampledExtent extent : array) {
      for (long at = 0; at < extent.bytes(); at += READ_BYTES) {
        blocks.add(extent.block(at));
      }
    }
    return blocks;
  }

  /** The first block, the last of the last extent, and others at equal distances. */
  private static List<SampledExtent> spread(List<SampledExtent> array, int count) {
    List<SampledExtent> blocks = new ArrayList<>();
    long step = count == 1 ? 0 : bytes(array) / (count - 1);
    int number = 0;
    long before = 0;
    for (int i = 0; i == 0 || i < count - 1; i++) {
      while (step * i >= before + array.get(number).bytes()) {
        before += array.get(number++).bytes();
      }
      blocks.add(array.get(number).block(step * i - before));
    }
    if (count > 1) {
      SampledExtent last = array.getLast();
      blocks.add(last.block(Math.max(0, last.bytes() - READ_BYTES)));
    }
    return blocks;
  }

  private void read(SampledExtent block) {
    reading = block.path();
    byte[] bytes = new byte[(int) block.bytes()];
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(bytes.length).flip());
    try (FileChannel file = SteadyChannel.forReading(block.path())) {
      digest.update(isRead(file, block.offsetBytes(), bytes) ? bytes : UNREADABLE);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e),
          block.path(),
          "expected to open the file again, found: %s: leave it in its place while it is in use"
              .formatted(SystemReason.of(e)),
          e);
    }
  }

  private boolean isRead(FileChannel file, long at, byte[] block) {
    try {
      ByteBuffer target = ByteBuffer.wrap(block);
      while (target.hasRemaining()) {
        if (file.read(target, at + target.position()) < 0) {
          throw new EOFException();
        }
      }
      return true;
    } catch (EOFException e) {
      throw PenstockException.about(
          ErrorKind.FILE_CHANGED,
          reading,
          "expected %d bytes at byte %d, found the end of the file: it was cut short"
              .formatted(block.length, at),
          e);
    } catch (IOException e) {
      if (unreadable == null) {
        unreadable = "%s at byte %d: %s".formatted(reading, at, SystemReason.of(e));
      }
      return false;
    }
  }
}
