package io.penstock.internal.format.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Hostile;
import io.penstock.internal.index.RecordingIndexBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file says: places that lie in it, or an error of one line, in little memory. */
class ArrowHostileTest {
  private static final long WITHIN_BYTES = 64 << 20;
  private static final byte INT = 2;
  private static final byte STRUCT = 13;
  private static final short VERSION = 4;

  /** Behind the root and a table of four offsets. */
  private static final int FIRST_TABLE = 16;

  @TempDir Path directory;

  private boolean isSound(byte[] container, int length) {
    Path path = Hostile.write(directory.resolve("x.arrow"), container, length);
    try {
      RecordingIndexBuilder.of(path, new ArrowScan());
      return true;
    } catch (PenstockException e) {
      assertThat(e.getMessage()).contains(path.toString()).doesNotContain("\n");
      assertThat(e.getMessage().length()).isLessThan(1200);
      return false;
    }
  }

  @Test
  void aFileThatIsCutAnywhereIsRefused() {
    byte[] file = ArrowSamples.bytes("small.arrow");
    for (int length = 0; length < file.length; length++) {
      assertThat(isSound(file, length)).as("the first %d bytes", length).isFalse();
    }
    assertThat(isSound(file, file.length)).isTrue();
  }

  @Test
  void aStreamThatIsCutInsideOfAMessageIsRefused() {
    byte[] stream = ArrowSamples.bytes("smallstream.arrow");
    int sound = 0;
    for (int length = 0; length < stream.length; length++) {
      sound += isSound(stream, length) ? 1 : 0;
    }
    // Behind the schema and each of three batches, and in what follows the mark of the end.
    assertThat(sound).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"small.arrow", "smallstream.arrow"})
  void aChangeOfABitInAnyByteIsAnErrorOrAnotherSoundFile(String name) {
    byte[] file = ArrowSamples.bytes(name);
    // One of the bits of each byte: a scan has a buffer of 1 MiB, so all of them would take
    // minutes.
    for (int at = 0; at < file.length; at++) {
      int bit = 8 * at + at % 7 * 3 % 8;
      file[bit / 8] ^= (byte) (1 << bit % 8);
      isSound(file, file.length);
      file[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"types.arrow", "stream.arrow", "nulls.arrow", "unreadable.arrow", "lz4.arrow"})
  void filesWithChangedBytesAreReadOrRefused(String name) {
    byte[] file = ArrowSamples.bytes(name);
    SplittableRandom random = new SplittableRandom(20);
    for (int i = 0; i < 150; i++) {
      byte[] damaged = file.clone();
      for (int change = random.nextInt(1, 4); change > 0; change--) {
        damaged[random.nextInt(file.length)] =
            (byte) (random.nextBoolean() ? random.nextInt() : random.nextBoolean() ? 0xff : 0x7f);
      }
      isSound(damaged, damaged.length);
    }
  }

  private void assertRefused(byte[] container, String reason) {
    Path path = Hostile.write(directory.resolve("bomb.arrow"), container, container.length);
    long allocated =
        Hostile.allocatedBytes(
            () ->
                assertThatThrownBy(() -> RecordingIndexBuilder.of(path, new ArrowScan()))
                    .isInstanceOf(PenstockException.class)
                    .hasMessageContaining(reason));
    assertThat(allocated).isLessThan(WITHIN_BYTES);
  }

  private static byte[] message(byte[] metadata, byte[] body) {
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + metadata.length + body.length).order(ByteOrder.LITTLE_ENDIAN);
    return bytes.putInt(-1).putInt(metadata.length).put(metadata).put(body).array();
  }

  private static byte[] stream(byte[]... messages) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] message : messages) {
      all.writeBytes(message);
    }
    return all.toByteArray();
  }

  /** A field of int32, without a name yet. */
  private static int number(FlatWriter out) {
    int field = out.table(FlatWriter.REFERENCE, null, INT, FlatWriter.REFERENCE);
    out.refer(field, 3, out.table(32, (byte) 1));
    return field;
  }

  /** A schema whose fields are the same one so many times; returns their vector. */
  private static int schema(FlatWriter out, int count) {
    int message = out.table(VERSION, (byte) 1, FlatWriter.REFERENCE, 0L);
    int schema = out.table(null, FlatWriter.REFERENCE);
    out.refer(message, 2, schema);
    int fields = out.references(count);
    out.refer(schema, 1, fields);
    return fields;
  }

  /** The table of the message is the first thing behind the place of the root. */
  private static byte[] finish(FlatWriter out) {
    return out.finish(FIRST_TABLE);
  }

  private static byte[] numbers(int count, String name) {
    FlatWriter out = new FlatWriter();
    int fields = schema(out, count);
    int field = number(out);
    out.referAll(fields, field);
    out.refer(field, 0, out.text(name));
    return finish(out);
  }

  private static byte[] batch(long rows, byte[] body, long[] nodes, long[] buffers) {
    FlatWriter out = new FlatWriter();
    int message = out.table(VERSION, (byte) 3, FlatWriter.REFERENCE, (long) body.length);
    int batch = out.table(rows, FlatWriter.REFERENCE, FlatWriter.REFERENCE);
    out.refer(message, 2, batch);
    out.refer(batch, 1, out.longs(nodes.length / 2, nodes));
    out.refer(batch, 2, out.longs(buffers.length / 2, buffers));
    return message(finish(out), body);
  }

  @Test
  void aHandmadeStreamIsRead() {
    byte[] stream =
        stream(
            message(numbers(1, "x"), new byte[0]),
            batch(2, new byte[8], new long[] {2, 0}, new long[] {0, 0, 0, 8}));
    assertThat(ArrowSamples.scan(stream).column("x").places).hasSize(2);
  }

  @Test
  void fieldsThatShareTheirChildrenAreCounted() {
    FlatWriter out = new FlatWriter();
    int vector = schema(out, 40);
    for (int depth = 0; depth < 40; depth++) {
      int field = out.table(null, null, STRUCT, FlatWriter.REFERENCE, null, FlatWriter.REFERENCE);
      out.referAll(vector, field);
      vector = out.references(40);
      out.refer(field, 5, vector);
      out.refer(field, 3, out.table());
    }
    int last = number(out);
    out.referAll(vector, last);
    out.refer(last, 0, out.text("x"));
    assertRefused(message(finish(out), new byte[0]), "at most 50000 fields");
  }

  @Test
  void namesThatAreSharedAreCounted() {
    byte[] schema = numbers(20_000, "x".repeat(1 << 20));
    assertRefused(message(schema, new byte[0]), "names of at most");
  }

  @Test
  void columnsDoNotShareBytes() {
    byte[] body = new byte[8];
    byte[] stream =
        stream(
            message(numbers(2, "x"), new byte[0]),
            batch(2, body, new long[] {2, 0, 2, 0}, new long[] {0, 0, 0, 8, 0, 0, 0, 8}));
    assertRefused(stream, "buffers one after another");
  }

  @Test
  void rowsWithoutBytesAreRefused() {
    byte[] stream =
        stream(
            message(numbers(1, "x"), new byte[0]),
            batch(1L << 40, new byte[8], new long[] {1L << 40, 0}, new long[] {0, 0, 0, 8}));
    assertRefused(stream, "expected " + (1L << 40) * 4 + " bytes of values");
  }

  @Test
  void aSizeBeyond64BitsIsRefused() {
    byte[] stream =
        stream(
            message(numbers(1, "x"), new byte[0]),
            batch(1L << 62, new byte[8], new long[] {1L << 62, 0}, new long[] {0, 0, 0, 8}));
    assertRefused(stream, "long overflow");
  }

  @Test
  void aBatchIsNotRepeatedByTheFooter() {
    byte[] file = ArrowSamples.bytes("small.arrow");
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int footer = file.length - 10 - bytes.getInt(file.length - 10);
    FlatTable root =
        FlatTable.root(
            bytes.slice(footer, file.length - 10 - footer).order(ByteOrder.LITTLE_ENDIAN));
    FlatTable.Vector blocks = root.vector(3, 24);
    System.arraycopy(file, footer + blocks.at(0), file, footer + blocks.at(1), 24);
    assertRefused(file, "expected block 1 of the footer");
  }

  @Test
  void offsetsThatFallAreRefusedWithTheRecord() {
    byte[] file = ArrowSamples.bytes("small.arrow");
    RecordingIndexBuilder sound = ArrowSamples.scan(file.clone());
    // The offsets of the third batch lie before its values: 4 and 1 byte of validity, padded.
    long[] last = sound.column("text").places.getLast();
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int values = (int) sound.column("text").places.get(6)[0];
    int at = values;
    while (bytes.getInt(at) != last[0] + last[1] - values) {
      at -= 4;
    }
    bytes.putInt(at, 1 << 30);
    assertRefused(file, "expected offsets of 'text' that rise");
  }
}
