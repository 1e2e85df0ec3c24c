package io.penstock.internal.format.arrow;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.format.arrow.ArrowBatch.Buffer;
import io.penstock.internal.format.arrow.ArrowColumn.Inner;
import io.penstock.internal.format.arrow.ArrowColumn.Kind;
import io.penstock.internal.format.arrow.ArrowColumn.Level;
import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.index.ScanInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Brings the records of one column into the index, batch by batch.
 *
 * <p>Reads no values but bits. Whatever is wrong is an IllegalArgumentException.
 */
final class ColumnScan {
  private static final int PIECE_BYTES = 1 << 18;

  /** Records of which a piece of bits says something. */
  private static final int PIECE_RECORDS = 1 << 16;

  private final ArrowColumn column;
  private final String valuesName;
  private final String maskName;
  private final ScanInput in;
  private final ByteOrder order;
  private final IndexBuilder.FoundRuns runs;
  private final IndexBuilder.FoundPlaces places;
  private final IndexBuilder.CopiedValues bits;
  private final IndexBuilder.CopiedValues mask;
  private final byte[] piece;
  private long records;
  private long nulls;
  private long firstNull = -1;

  /**
   * Begins a column.
   *
   * @param column what is read
   * @param valuesName name of its values
   * @param maskName name of the mask that says which of them there are; null without nulls
   * @param order of the numbers in buffers
   */
  ColumnScan(
      ArrowColumn column,
      String valuesName,
      String maskName,
      ScanInput in,
      ByteOrder order,
      IndexBuilder found) {
    this.column = column;
    this.valuesName = valuesName;
    this.maskName = maskName;
    this.in = in;
    this.order = order;
    Kind kind = column.kind();
    this.runs =
        kind == Kind.FIXED ? found.runs(valuesName, column.element(), column.shape()) : null;
    this.places = kind == Kind.VARIABLE ? found.places(valuesName, column.element()) : null;
    this.bits = kind == Kind.BITS ? found.values(valuesName, column.element(), Shape.SCALAR) : null;
    this.mask = maskName == null ? null : found.values(maskName, ElementType.UINT8, Shape.SCALAR);
    this.piece = mask != null || bits != null ? new byte[PIECE_RECORDS] : new byte[0];
  }

  /** Adds the records of a batch that has some. */
  void add(ArrowBatch batch) {
    if (mask != null) {
      addMask(batch);
    }
    switch (column.kind()) {
      case FIXED -> addRun(batch);
      case BITS -> addBits(batch);
      case VARIABLE -> addPlaces(batch);
      case REFUSED -> throw new IllegalStateException("refused: " + column.name());
    }
    records = Math.addExact(records, batch.rows());
  }

  /** Tells what becomes of the plain name of a column that has nulls. */
  void finish(ArrowFacts facts) {
    if (mask != null) {
      facts.nullable(column.name(), valuesName, maskName, nulls, firstNull);
    }
  }

  private void addRun(ArrowBatch batch) {
    for (Inner inner : column.inner()) {
      if (batch.length(inner.node()) != Math.multiplyExact(batch.rows(), inner.perRecord())) {
        throw new IllegalArgumentException(
            "expected %d items in each list of '%s', found %d in %d lists"
                .formatted(
                    inner.perRecord(), column.name(), batch.length(inner.node()), batch.rows()));
      }
    }
    long bytes = Math.multiplyExact(batch.rows(), column.itemBytes());
    Buffer data = batch.buffer(column.data(), bytes, what("values"));
    runs.add(data.offset(), batch.rows(), column.itemBytes());
  }

  private String what(String part) {
    return part + " of '" + column.name() + "'";
  }

  private void addBits(ArrowBatch batch) {
    Buffer data = batch.buffer(column.data(), bitBytes(batch.rows()), what("bits"));
    for (long at = 0; at < batch.rows(); at += PIECE_RECORDS) {
      int count = (int) Math.min(PIECE_RECORDS, batch.rows() - at);
      unpack(data.offset() + at / Byte.SIZE, count, false);
      bits.add(ByteBuffer.wrap(piece, 0, count));
    }
  }

  private static long bitBytes(long count) {
    return count / Byte.SIZE + (count % Byte.SIZE == 0 ? 0 : 1);
  }

  /** Unpacks bits into bytes: sets them, or clears those whose bit is 0. */
  private void unpack(long offset, int count, boolean isAnd) {
    in.moveTo(offset);
    ByteBuffer packed = in.peek((int) bitBytes(count), what("bits"));
    for (int i = 0; i < count; i++) {
      int bit = packed.get(i >> 3) >> (i & 7) & 1;
      piece[i] = (byte) (isAnd ? piece[i] & bit : bit);
    }
  }

  private void addMask(ArrowBatch batch) {
    for (long at = 0; at < batch.rows(); at += PIECE_RECORDS) {
      int count = (int) Math.min(PIECE_RECORDS, batch.rows() - at);
      Arrays.fill(piece, 0, count, (byte) 1);
      for (Level level : column.levels()) {
        if (batch.nulls(level.node()) > 0) {
          Buffer bitmap = batch.buffer(level.validity(), bitBytes(batch.rows()), what("validity"));
          unpack(bitmap.offset() + at / Byte.SIZE, count, true);
        }
      }
      count(count, records + at);
      mask.add(ByteBuffer.wrap(piece, 0, count));
    }
  }

  private void count(int count, long firstRecord) {
    for (int i = 0; i < count; i++) {
      if (piece[i] == 0) {
        nulls++;
        firstNull = firstNull < 0 ? firstRecord + i : firstNull;
      }
    }
  }

  private void addPlaces(ArrowBatch batch) {
    long itemBytes = column.itemBytes();
    long dataItems = batch.buffer(column.data(), 0, what("values")).bytes() / itemBytes;
    for (Inner inner : column.inner()) {
      dataItems = Math.min(dataItems, batch.length(inner.node()));
    }
    long data = batch.buffer(column.data(), 0, what("values")).offset();
    int width = column.offsetBytes();
    long count = Math.addExact(batch.rows(), 1);
    Buffer offsets =
        batch.buffer(column.offsets(), Math.multiplyExact(count, width), what("offsets"));
    long before = -1;
    long done = 0;
    while (done < count) {
      int some = (int) Math.min(PIECE_BYTES / width, count - done);
      in.moveTo(offsets.offset() + done * width);
      ByteBuffer numbers = in.peek(some * width, what("offsets")).order(order);
      for (int i = 0; i < some; i++) {
        long next = width == Integer.BYTES ? numbers.getInt(i * 4) : numbers.getLong(i * 8);
        if (next < Math.max(0, before) || next > dataItems) {
          throw new IllegalArgumentException(
              "expected offsets of '%s' that rise from 0 to %d, found %d behind %d at record %d"
                  .formatted(column.name(), dataItems, next, before, records + done + i - 1));
        }
        if (before >= 0) {
          places.add(data + before * itemBytes, (next - before) * itemBytes);
        }
        before = next;
      }
      done += some;
    }
  }
}
