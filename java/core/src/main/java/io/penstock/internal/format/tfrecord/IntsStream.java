package io.penstock.internal.format.tfrecord;

import io.penstock.internal.format.OpenFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** The integers of a feature, decoded record by record: int64, little-endian. */
final class IntsStream extends InputStream {
  private static final int WINDOW_BYTES = 1 << 20;
  private static final String WHAT = "a record";

  private final OpenFile file;
  private final RecordHeader header = new RecordHeader();
  private final ExampleDecoder decoder;
  private final ByteBuffer window = ByteBuffer.allocateDirect(WINDOW_BYTES);
  private final Wire wire = new Wire(this::at);
  private final byte[] numbers;
  private int taken;

  /** Where the next record begins, and which one it is. */
  private long position;

  private long record;

  IntsStream(Path path, String feature, int count) {
    this.file = OpenFile.open(path);
    this.decoder =
        new ExampleDecoder(
            List.of(new ExampleDecoder.Wanted(feature, FeatureKind.INTS, count, count, false)));
    this.numbers = new byte[Math.multiplyExact(count, Long.BYTES)];
    this.taken = numbers.length;
    decoder.put(0, MemorySegment.ofArray(numbers), 0);
  }

  private ByteBuffer at(long from, int atLeast) {
    file.checkHas(from, atLeast, WHAT);
    window.clear().limit((int) Math.min(window.capacity(), file.sizeBytes() - from));
    file.fill(window, from, WHAT);
    return window.flip();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (taken == numbers.length && !next()) {
      return -1;
    }
    int count = Math.min(length, numbers.length - taken);
    System.arraycopy(numbers, taken, target, offset, count);
    taken += count;
    return count;
  }

  /** Decodes the next record; false at the end. */
  private boolean next() throws IOException {
    if (position == file.sizeBytes()) {
      return false;
    }
    wire.moveTo(position);
    MemorySegment memory = wire.need(RecordHeader.BYTES);
    long length = header.length(memory, wire.offset(), file, position, record);
    wire.moveTo(position + RecordHeader.BYTES);
    try {
      decoder.decode(wire, position + RecordHeader.BYTES + length);
    } catch (WireException | IllegalArgumentException e) {
      throw new IOException("record %d is damaged: %s".formatted(record, e.getMessage()), e);
    }
    position = RecordHeader.next(position, length);
    record++;
    taken = 0;
    return true;
  }

  @Override
  public void close() {
    file.close();
  }
}
