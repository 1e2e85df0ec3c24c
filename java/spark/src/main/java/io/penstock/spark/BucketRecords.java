package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The records of one bucket, in the blocks in which they came, and where each lies: blocks come in
 * any order, and records are asked for by position. Of one thread; used again for other buckets.
 */
final class BucketRecords {
  private static final int PLACE_SHIFT = 32;
  private static final long NONE = -1;

  private final boolean[] isVariable;
  private final int[] fixedBytes;
  private final int headerBytes;
  private final BucketMemory memory;
  private final List<byte[]> blocks = new ArrayList<>();
  private long[] places = new long[0];
  private int records;
  private int placed;

  /**
   * Of no bucket yet.
   *
   * @param memory that the records take, and give back when another bucket begins
   */
  BucketRecords(List<ColumnForm> columns, BucketMemory memory) {
    this.memory = memory;
    this.isVariable = new boolean[columns.size()];
    this.fixedBytes = new int[columns.size()];
    int header = Integer.BYTES;
    for (int c = 0; c < isVariable.length; c++) {
      isVariable[c] = columns.get(c).isVariable();
      fixedBytes[c] = isVariable[c] ? 0 : columns.get(c).valueBytes();
      header += isVariable[c] ? Integer.BYTES : 0;
    }
    this.headerBytes = header;
  }

  /** Begins a bucket of so many records. */
  void begin(int count) {
    blocks.clear();
    memory.release();
    memory.take((long) count * Long.BYTES);
    records = count;
    placed = 0;
    places = places.length < count ? new long[count] : places;
    Arrays.fill(places, 0, count, NONE);
  }

  /** Adds a block of entries. */
  void add(EntryBlock added) {
    byte[] block = added.bytes();
    memory.take(block.length);
    long number = (long) blocks.size() << PLACE_SHIFT;
    blocks.add(block);
    int at = EntryBlock.HEAD_BYTES;
    while (at < added.end()) {
      int position = Entries.getInt(block, at);
      if (position < 0 || position >= records || places[position] != NONE) {
        throw broken(
            "expected each of its %d records once, found position %d %s"
                .formatted(records, position, position < records ? "twice" : "as well"));
      }
      places[position] = number | at;
      placed++;
      at += headerBytes + entryBytes(block, at);
    }
    if (at != added.end()) {
      throw broken("expected a block of %d bytes, found entries of %d".formatted(added.end(), at));
    }
  }

  private int entryBytes(byte[] block, int at) {
    int sum = 0;
    int size = at + Integer.BYTES;
    for (int c = 0; c < isVariable.length; c++) {
      sum += isVariable[c] ? Entries.getInt(block, size) : fixedBytes[c];
      size += isVariable[c] ? Integer.BYTES : 0;
    }
    return sum;
  }

  /** Refuses a bucket of which records are missing. */
  void checkFull() {
    if (placed != records) {
      throw broken("expected %d records, found %d".formatted(records, placed));
    }
  }

  private static PenstockException broken(String problem) {
    return new PenstockException(
        ErrorKind.FILE_CHANGED,
        "a part of a shard: "
            + problem
            + ": the data was changed meanwhile, or a block was damaged: run it again when nobody"
            + " changes the data");
  }

  byte[] block(int position) {
    return blocks.get((int) (places[position] >>> PLACE_SHIFT));
  }

  /** Where the record of a column begins in its {@link #block}. */
  int at(int position, int column) {
    int entry = (int) places[position];
    byte[] block = block(position);
    int size = entry + Integer.BYTES;
    int at = entry + headerBytes;
    for (int c = 0; c < column; c++) {
      at += isVariable[c] ? Entries.getInt(block, size) : fixedBytes[c];
      size += isVariable[c] ? Integer.BYTES : 0;
    }
    return at;
  }

  /** Size of the record of a column. */
  int bytes(int position, int column) {
    if (!isVariable[column]) {
      return fixedBytes[column];
    }
    int size = (int) places[position] + Integer.BYTES;
    for (int c = 0; c < column; c++) {
      size += isVariable[c] ? Integer.BYTES : 0;
    }
    return Entries.getInt(block(position), size);
  }
}
