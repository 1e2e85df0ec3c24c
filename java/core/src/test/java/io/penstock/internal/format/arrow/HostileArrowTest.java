package io.penstock.internal.format.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.Dataset;
import io.penstock.error.PenstockException;
import io.penstock.format.Hostile;
import io.penstock.internal.index.RecordingIndexBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a file says: places that lie in it, or an error of one line, in little memory. */
class HostileArrowTest {
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

  /** The only dictionary of a stream, with as many values as rows. */
  private static byte[] dictionary(long rows, byte[] body, long[] nodes, long[] buffers) {
    FlatWriter out = new FlatWriter();
    int message = out.table(VERSION, (byte) 2, FlatWriter.REFERENCE, (long) body.length);
    int dictionary = out.table(7L, FlatWriter.REFERENCE);
    out.refer(message, 2, dictionary);
    int batch = out.table(rows, FlatWriter.REFERENCE, FlatWriter.REFERENCE);
    out.refer(dictionary, 1, batch);
    out.refer(batch, 1, out.longs(nodes.length / 2, nodes));
    out.refer(batch, 2, out.longs(buffers.length / 2, buffers));
    return message(finish(out), body);
  }

  /** Values of one field in a struct, by a dictionary. */
  private static byte[] schemaOfDictionary() {
    FlatWriter out = new FlatWriter();
    int fields = schema(out, 1);
    int field =
        out.table(
            FlatWriter.REFERENCE,
            null,
            STRUCT,
            FlatWriter.REFERENCE,
            FlatWriter.REFERENCE,
            FlatWriter.REFERENCE);
    out.referAll(fields, field);
    out.refer(field, 0, out.text("x"));
    out.refer(field, 3, out.table());
    out.refer(field, 4, out.table(7L));
    int children = out.references(1);
    out.refer(field, 5, children);
    int number = number(out);
    out.referAll(children, number);
    out.refer(number, 0, out.text("y"));
    return message(finish(out), new byte[0]);
  }

  @Test
  void nullsInsideOfAStructAreNoValuesOfADictionary() {
    for (long nulls = 0; nulls < 2; nulls++) {
      byte[] stream =
          stream(
              schemaOfDictionary(),
              dictionary(
                  2, new byte[16], new long[] {2, 0, 2, nulls}, new long[] {0, 0, 0, 8, 8, 8}),
              batch(2, new byte[8], new long[] {2, 0}, new long[] {0, 0, 0, 8}));
      RecordingIndexBuilder found = ArrowSamples.scan(stream);
      assertThat(found.column("x").places).hasSize(2);
      assertThat(ArrowFacts.dictionaries(found.facts()::get)).hasSize(nulls == 0 ? 1 : 0);
      if (nulls > 0) {
        assertThat(ArrowFacts.refused(found.facts()::get).getFirst().problem())
            .contains("expected values without nulls, found 1");
      }
    }
  }

  @Test
  void aDictionaryWithoutValuesIsRefused() {
    byte[] stream =
        stream(
            schemaOfDictionary(),
            dictionary(0, new byte[0], new long[] {0, 0, 0, 0}, new long[] {0, 0, 0, 0, 0, 0}),
            batch(2, new byte[8], new long[] {2, 0}, new long[] {0, 0, 0, 8}));
    assertThat(ArrowFacts.refused(ArrowSamples.scan(stream).facts()::get).getFirst().problem())
        .contains("expected values in a dictionary, found none");
  }

  @Test
  void batchesBeyond4GibibytesAreRead() throws IOException {
    long bytes = (4L << 30) + 64;
    FlatWriter out = new FlatWriter();
    int message = out.table(VERSION, (byte) 3, FlatWriter.REFERENCE, bytes);
    int large = out.table(bytes / 4, FlatWriter.REFERENCE, FlatWriter.REFERENCE);
    out.refer(message, 2, large);
    out.refer(large, 1, out.longs(1, bytes / 4, 0));
    out.refer(large, 2, out.longs(2, 0, 0, 0, bytes));
    byte[] small = {1, 0, 0, 0, 2, 0, 0, 0};
    Path path = directory.resolve("large.arrow");
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.write(message(numbers(1, "x"), new byte[0]));
      file.write(message(finish(out), new byte[0]));
      file.seek(file.getFilePointer() + bytes);
      file.write(batch(2, small, new long[] {2, 0}, new long[] {0, 0, 0, 8}));
    }
    try (Dataset dataset = Dataset.open(path)) {
      assertThat(dataset.recordCount()).isEqualTo(bytes / 4 + 2);
      for (int i = -1; i < 2; i++) {
        byte[] record = dataset.record("large", bytes / 4 + i).toArray(ValueLayout.JAVA_BYTE);
        assertThat(record).containsExactly(i + 1, 0, 0, 0);
      }
    }
  }

  /** Writers leave any number there. */
  @Test
  void anEmptyBufferMayLieAnywhere() {
    FlatWriter out = new FlatWriter();
    int fields = schema(out, 1);
    int field = out.table(FlatWriter.REFERENCE, null, (byte) 5, FlatWriter.REFERENCE);
    out.refer(field, 3, out.table());
    out.referAll(fields, field);
    out.refer(field, 0, out.text("x"));
    byte[] schema = message(finish(out), new byte[0]);
    for (long place : new long[] {-5000, 1 << 20, Long.MAX_VALUE, Long.MIN_VALUE}) {
      byte[] stream =
          stream(
              schema, batch(1, new byte[8], new long[] {1, 0}, new long[] {0, 0, 0, 8, place, 0}));
      List<long[]> places = ArrowSamples.scan(stream).column("x").places;
      assertThat(places).hasSize(1);
      assertThat(places.getFirst()[1]).isZero();
      assertThat(places.getFirst()[0]).isBetween(0L, (long) stream.length);
    }
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
