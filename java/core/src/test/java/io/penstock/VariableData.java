package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Values and offsets, written and checked by plain Java. */
abstract class VariableData {
  static final int RECORDS = 2_000;
  static final int VALUE_BYTES = 4;
  static final int MOST_VALUES = 90;

  @TempDir Path directory;

  Source values;
  Source offsets;
  Source labels;
  final long[] starts = new long[RECORDS + 1];

  /** The values are numbered through; a third of the records is empty. */
  @BeforeEach
  void write() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < RECORDS; i++) {
      starts[i + 1] = starts[i] + (random.nextInt(3) == 0 ? 0 : random.nextInt(1, MOST_VALUES));
    }
    ByteBuffer numbers = buffer(VALUE_BYTES * (int) starts[RECORDS]);
    for (int i = 0; i < starts[RECORDS]; i++) {
      numbers.putInt(i);
    }
    values = Source.of(file("values", numbers)).raw(RawLayout.of(ElementType.named("<i4")));
    offsets = offsets(starts);
    ByteBuffer indices = buffer(2 * RECORDS);
    for (int i = 0; i < RECORDS; i++) {
      indices.putShort((short) i);
    }
    labels = Source.of(file("labels", indices)).raw(RawLayout.of(ElementType.named("<i2")));
  }

  static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  Path file(String name, ByteBuffer contents) throws IOException {
    byte[] bytes = new byte[contents.flip().remaining()];
    contents.get(bytes);
    return Files.write(directory.resolve(name), bytes);
  }

  Source offsets(long... numbers) throws IOException {
    ByteBuffer contents = buffer(Long.BYTES * numbers.length);
    for (long number : numbers) {
      contents.putLong(number);
    }
    return Source.of(file("offsets", contents)).raw(RawLayout.of(ElementType.named("<i8")));
  }

  Dataset dataset() {
    return Dataset.builder().variable("text", values, offsets).column("label", labels).open();
  }

  /** Checks all records of a batch, and that nothing else is in it. */
  void check(Batch batch) {
    MemorySegment text = batch.column("text");
    MemorySegment places = batch.offsets("text");
    assertThat(places.byteSize()).isEqualTo((batch.size() + 1L) * Long.BYTES);
    assertThat(places.getAtIndex(ValueLayout.JAVA_LONG, 0)).isZero();
    for (int i = 0; i < batch.size(); i++) {
      int index = Math.toIntExact(batch.index(i));
      long begin = places.getAtIndex(ValueLayout.JAVA_LONG, i);
      long end = places.getAtIndex(ValueLayout.JAVA_LONG, i + 1);
      assertThat(end - begin).as("record %d", index).isEqualTo(starts[index + 1] - starts[index]);
      for (long value = begin; value < end; value++) {
        int found = text.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, value);
        assertThat(found).isEqualTo((int) (starts[index] + value - begin));
      }
      short label = batch.column("label").getAtIndex(ValueLayout.JAVA_SHORT, i);
      assertThat(label).isEqualTo((short) index);
    }
    assertThat(text.byteSize())
        .isEqualTo(VALUE_BYTES * places.getAtIndex(ValueLayout.JAVA_LONG, batch.size()));
  }

  static List<Long> indices(Loader loader, long epoch, VariableData checker) {
    List<Long> indices = new ArrayList<>();
    for (Batch batch : loader.epoch(epoch)) {
      if (checker != null) {
        checker.check(batch);
      }
      for (int i = 0; i < batch.size(); i++) {
        indices.add(batch.index(i));
      }
    }
    return indices;
  }

  static List<Way> ways() {
    return Way.all().toList();
  }
}
