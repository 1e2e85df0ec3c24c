package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.Column;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.BadRecord;
import io.penstock.error.PenstockException;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.job.LoaderState;
import io.penstock.job.Remainder;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of different sizes, compared with plain Java. */
class VariableTest {
  private static final int RECORDS = 2_000;
  private static final int VALUE_BYTES = 4;
  private static final int MOST_VALUES = 90;

  @TempDir Path directory;

  private Source values;
  private Source offsets;
  private Source labels;
  private final long[] starts = new long[RECORDS + 1];

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

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Path file(String name, ByteBuffer contents) throws IOException {
    byte[] bytes = new byte[contents.flip().remaining()];
    contents.get(bytes);
    return Files.write(directory.resolve(name), bytes);
  }

  private Source offsets(long... numbers) throws IOException {
    ByteBuffer contents = buffer(Long.BYTES * numbers.length);
    for (long number : numbers) {
      contents.putLong(number);
    }
    return Source.of(file("offsets", contents)).raw(RawLayout.of(ElementType.named("<i8")));
  }

  private Dataset dataset() {
    return Dataset.builder().variable("text", values, offsets).column("label", labels).open();
  }

  /** Checks all records of a batch, and that nothing else is in it. */
  private void check(Batch batch) {
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

  private static List<Long> indices(Loader loader, long epoch, VariableTest checker) {
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

  @ParameterizedTest
  @MethodSource("ways")
  void shuffledRecordsAreThoseThatWereWritten(Way way) {
    try (Dataset dataset = dataset();
        Loader loader = way.loader(dataset).batchSize(64).seed(5).memoryBytes(32 << 20).build();
        Loader fixed =
            Dataset.open(labels).loader().batchSize(64).seed(5).memoryBytes(64 << 20).build()) {
      for (long epoch = 0; epoch < 3; epoch++) {
        assertThat(indices(loader, epoch, this)).isEqualTo(indices(fixed, epoch, null));
      }
      assertThat(loader.backend()).isEqualTo(Readahead.parse(way.flags()).backend());
      assertThat(loader.reason()).contains("batches of at most");
      LoaderStatistics statistics = loader.statistics();
      assertThat(statistics.records()).isEqualTo(3 * RECORDS);
      assertThat(statistics.bytes()).isEqualTo(3L * (VALUE_BYTES * starts[RECORDS] + 2 * RECORDS));
      fixed.dataset().close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend=uring", "backend=pread"})
  void recordsThatFollowEachOtherAreReadTogether(String readahead) {
    try (Dataset dataset = dataset();
        Loader loader =
            dataset
                .loader()
                .batchSize(200)
                .shuffle(Shuffle.NONE)
                .readahead(Readahead.parse(readahead))
                .build()) {
      assertThat(indices(loader, 0, this)).hasSize(RECORDS);
      assertThat(loader.statistics().io().requests()).isLessThan(RECORDS / 2);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aBatchBeyondTheLimitComesInPieces(Way way) {
    int limit = VALUE_BYTES * 200;
    try (Dataset dataset = dataset();
        Loader whole = dataset.loader().batchSize(64).seed(5).build();
        Loader pieces =
            way.loader(dataset)
                .batchSize(64)
                .seed(5)
                .batchBytes(limit)
                .memoryBytes(32 << 20)
                .build()) {
      List<Long> indices = new ArrayList<>();
      int count = 0;
      for (Batch batch : pieces.epoch(1)) {
        check(batch);
        assertThat(batch.column("text").byteSize()).isLessThanOrEqualTo(limit);
        assertThat(batch.position()).isEqualTo(indices.size());
        for (int i = 0; i < batch.size(); i++) {
          indices.add(batch.index(i));
        }
        count++;
      }
      assertThat(indices).isEqualTo(indices(whole, 1, this));
      assertThat(count).isGreaterThan(5 * RECORDS / 64);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aJobGoesOnFromEveryPiece(Way way) {
    try (Dataset dataset = dataset();
        Loader loader =
            way.loader(dataset)
                .batchSize(300)
                .seed(5)
                .batchBytes(4000)
                .memoryBytes(32 << 20)
                .build()) {
      final List<Long> all = indices(loader, 1, null);
      int delivered = 0;
      for (Batch batch : loader.epoch(1)) {
        delivered += batch.size();
        LoaderState state = loader.state();
        assertThat(state.position()).isEqualTo(delivered == RECORDS ? 0 : delivered);
        if (batch.position() % 7 != 0 || delivered == RECORDS) {
          continue;
        }
        try (Loader rest =
            dataset.loader().batchSize(50).seed(5).memoryBytes(16 << 20).state(state).build()) {
          assertThat(indices(rest, 1, this)).isEqualTo(all.subList(delivered, RECORDS));
        }
      }
      assertThat(delivered).isEqualTo(RECORDS);
    }
  }

  @Test
  void withSeveralRanksAWholeBatchCounts() {
    try (Dataset dataset = dataset()) {
      Map<Long, Integer> seen = new TreeMap<>();
      LoaderState state = null;
      for (int rank = 0; rank < 3; rank++) {
        try (Loader loader =
            dataset.loader().batchSize(100).rank(rank, 3).batchBytes(2000).build()) {
          long last = -1;
          int batches = 0;
          for (Batch batch : loader.epoch(0)) {
            batches += last == batch.position() / 100 ? 0 : 1;
            last = batch.position() / 100;
            if (batches == 3) {
              break;
            }
            indices(batch).forEach(index -> seen.merge(index, 1, Integer::sum));
            state = loader.state();
          }
        }
      }
      // Of the second batch the last piece was delivered: all ranks together have had six.
      assertThat(state.position()).isEqualTo(600);
      try (Loader rest = dataset.loader().batchSize(100).state(state).build()) {
        indices(rest, 0, this).forEach(index -> seen.merge(index, 1, Integer::sum));
      }
      assertThat(seen).hasSize(RECORDS).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }
  }

  private static List<Long> indices(Batch batch) {
    List<Long> indices = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      indices.add(batch.index(i));
    }
    return indices;
  }

  @ParameterizedTest
  @ValueSource(strings = {"KEEP", "DROP", "PAD"})
  void theLastBatchIsCutLikeAllOthers(String remainder) {
    try (Dataset dataset = dataset();
        Loader loader =
            dataset
                .loader()
                .batchSize(300)
                .remainder(Remainder.valueOf(remainder))
                .batchBytes(2000)
                .build()) {
      int real = 0;
      int padding = 0;
      for (Batch batch : loader.epoch(0)) {
        check(batch);
        real += batch.unpaddedSize();
        padding += batch.size() - batch.unpaddedSize();
      }
      assertThat(real).isEqualTo(remainder.equals("DROP") ? 1800 : 2000);
      assertThat(padding).isEqualTo(remainder.equals("PAD") ? 100 : 0);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void aRecordBeyondTheLimitFailsAloneAndSaysWhatToDo(Way way) {
    int large = 0;
    for (int i = 0; i < RECORDS; i++) {
      large += starts[i + 1] - starts[i] > 80 ? 1 : 0;
    }
    try (Dataset dataset = dataset();
        Loader loader =
            way.loader(dataset)
                .batchSize(64)
                .batchBytes(80 * VALUE_BYTES)
                .memoryBytes(32 << 20)
                .build()) {
      int failed = 0;
      int delivered = 0;
      var batches = loader.epoch(0).iterator();
      while (batches.hasNext()) {
        try {
          Batch batch = batches.next();
          check(batch);
          delivered += batch.size();
        } catch (PenstockException e) {
          assertThat(e).hasMessageContaining("at most 320 bytes of values in a batch (batchBytes)");
          assertThat(
                  starts[(int) e.recordIndex().orElseThrow() + 1]
                      - starts[(int) e.recordIndex().orElseThrow()])
              .isGreaterThan(80);
          failed++;
        }
      }
      assertThat(failed).isEqualTo(large).isPositive();
      assertThat(delivered).isEqualTo(RECORDS - large);
    }
  }

  @ParameterizedTest
  @MethodSource("ways")
  void anOffsetThatCannotBeFailsItsRecordsOnly(Way way) throws IOException {
    final long right = starts[1000];
    for (long wrong : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1_000_000, 0}) {
      starts[1000] = wrong;
      offsets = offsets(starts);
      try (Dataset dataset = dataset();
          Loader loader = way.loader(dataset).batchSize(64).seed(9).memoryBytes(32 << 20).build()) {
        List<Long> failed = new ArrayList<>();
        int delivered = 0;
        var batches = loader.epoch(0).iterator();
        while (batches.hasNext()) {
          try {
            delivered += batches.next().size();
          } catch (PenstockException e) {
            assertThat(e).hasMessageContaining("offsets").hasMessageContaining("column 'text'");
            failed.add(e.recordIndex().orElseThrow());
          }
        }
        assertThat(delivered).isEqualTo(RECORDS - failed.size());
        assertThat(failed).isNotEmpty().isSubsetOf(999L, 1000L);
        assertThatThrownBy(() -> dataset.record("text", failed.getFirst()))
            .isInstanceOf(PenstockException.class);
      }
    }
    starts[1000] = right;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void damagedRecordsAreSkippedOrReplaced(Way way) throws IOException {
    final long right = starts[1000];
    starts[1000] = -1;
    offsets = offsets(starts);
    starts[1000] = right;
    for (BadRecordPolicy policy : List.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE)) {
      try (Dataset dataset = dataset();
          Loader loader =
              way.loader(dataset)
                  .batchSize(64)
                  .badRecordPolicy(policy)
                  .memoryBytes(32 << 20)
                  .build()) {
        List<Long> indices = indices(loader, 0, this);
        assertThat(indices).doesNotContain(999L, 1000L);
        assertThat(indices).hasSize(policy == BadRecordPolicy.SKIP ? RECORDS - 2 : RECORDS);
        assertThat(loader.badRecords())
            .extracting(BadRecord::index)
            .containsExactlyInAnyOrder(999L, 1000L);
      }
    }
  }

  @Test
  void valuesThatWereCutShortAreAnError() throws IOException {
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(64).build()) {
      try (FileChannel file =
          FileChannel.open(directory.resolve("values"), StandardOpenOption.WRITE)) {
        file.truncate(1000);
      }
      assertThatThrownBy(() -> indices(loader, 0, this))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("values");
    }
  }

  @Test
  void anEpochThatIsLeftAndBegunAgainIsWhole() {
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().batchSize(300).batchBytes(2000).build()) {
      for (int i = 1; i < 5; i++) {
        int left = i;
        for (Batch batch : loader.epoch(0)) {
          check(batch);
          if (--left == 0) {
            break;
          }
        }
        assertThat(indices(loader, 0, this)).hasSize(RECORDS).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void closingWithReadsUnderWayIsSafe() {
    for (int i = 0; i < 20; i++) {
      try (Dataset dataset = dataset()) {
        Loader loader = dataset.loader().batchSize(16).seed(i).build();
        Batch batch = loader.epoch(0).iterator().next();
        loader.close();
        loader.close();
        assertThatThrownBy(() -> batch.column("text")).isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void oneRecordIsACopyOfItsValues() {
    try (Dataset dataset = dataset()) {
      Column column = dataset.column("text");
      assertThat(column.isVariable()).isTrue();
      assertThat(dataset.column("label").isVariable()).isFalse();
      for (int i = 0; i < 50; i++) {
        MemorySegment record = dataset.record("text", i);
        assertThat(record.byteSize()).isEqualTo(VALUE_BYTES * (starts[i + 1] - starts[i]));
        for (int j = 0; j < record.byteSize() / VALUE_BYTES; j++) {
          assertThat(record.getAtIndex(ValueLayout.JAVA_INT, j)).isEqualTo((int) starts[i] + j);
        }
      }
      assertThatThrownBy(() -> dataset.integers("text"))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void optionsThatMeanNothingHereAreRefused() {
    try (Dataset dataset = dataset()) {
      assertThatThrownBy(() -> dataset.loader().memoryBytes(1 << 20).batchBytes(1 << 20).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("batchBytes must be at most a third of memoryBytes");
      assertThatThrownBy(() -> dataset.loader().batchBytes(0))
          .isInstanceOf(IllegalArgumentException.class);
      try (Loader loader = dataset.loader().build()) {
        Batch batch = loader.epoch(0).iterator().next();
        assertThatThrownBy(() -> batch.offsets("label"))
            .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> batch.tensor("text"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("records of different sizes: use column('text') with offsets");
        assertThat(batch.tensor("label").shape()).isEqualTo(Shape.of(batch.size()));
      }
    }
  }

  @Test
  void offsetsThatAreNoListOfIntegersAreRefused() {
    Source floats =
        Source.of(directory.resolve("offsets")).raw(RawLayout.of(ElementType.named("<f8")));
    assertThatThrownBy(() -> Dataset.builder().variable("text", values, floats).open())
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("a list of integers");
  }

  @Test
  void anArrayThatIsCalledSequencesIsAnArray() throws IOException {
    Path file = directory.resolve("data.npz");
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }";
    byte[] bytes = new byte[10 + 118 + 6];
    ByteBuffer npy = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    npy.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) 118);
    npy.put(
        (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    npy.put(new byte[] {1, 2, 3, 4, 5, 6});
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      ZipEntry entry = new ZipEntry("sequences.npy");
      CRC32 crc = new CRC32();
      crc.update(bytes);
      entry.setMethod(ZipEntry.STORED);
      entry.setSize(bytes.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(bytes);
    }
    for (String name : List.of("data.npz", "data.npz#sequences", "d*.npz#sequences")) {
      try (Dataset dataset =
          Dataset.builder().column("x", Source.parse(directory.resolve(name))).open()) {
        assertThat(dataset.record("x", 2).toArray(ValueLayout.JAVA_BYTE)).containsExactly(5, 6);
      }
    }
  }

  @Test
  void sequencesOfSeveralIndexesAreOneColumn() {
    Source pattern =
        Source.parse(
            Path.of("src/test/resources/io/penstock/format/numpy1/tokens-u*.idx#sequences"));
    List<Source> shards = pattern.shards();
    long records = 0;
    for (Source shard : shards) {
      try (Dataset dataset = Dataset.open(shard)) {
        records += dataset.recordCount();
      }
    }
    try (Dataset dataset = Dataset.builder().column("x", pattern).open()) {
      assertThat(dataset.recordCount()).isEqualTo(records);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"u2", "i4", "f8"})
  void sequencesOfTokenDataAreRecords(String type) throws IOException {
    Path files = Path.of("src/test/resources/io/penstock/format/numpy1");
    Path index = files.resolve("tokens-" + type + ".idx");
    byte[] tokens = Files.readAllBytes(files.resolve("tokens-" + type + ".bin"));
    ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(index)).order(ByteOrder.LITTLE_ENDIAN);
    int count = (int) header.getLong(18);
    try (Dataset dataset = Dataset.open(Source.parse(Path.of(index + "#sequences")));
        Loader loader = dataset.loader().batchSize(2).build()) {
      assertThat(dataset.recordCount()).isEqualTo(count);
      int seen = 0;
      for (Batch batch : loader.epoch(0)) {
        int bytes = dataset.column("sequences").elementType().sizeBytes();
        for (int i = 0; i < batch.size(); i++, seen++) {
          int sequence = (int) batch.index(i);
          long from = batch.offsets("sequences").getAtIndex(ValueLayout.JAVA_LONG, i) * bytes;
          int length = header.getInt(34 + 4 * sequence) * bytes;
          long pointer = header.getLong(34 + 4 * count + 8 * sequence);
          assertThat(batch.column("sequences").asSlice(from, length).toArray(ValueLayout.JAVA_BYTE))
              .isEqualTo(
                  java.util.Arrays.copyOfRange(tokens, (int) pointer, (int) pointer + length));
        }
      }
      assertThat(seen).isEqualTo(count);
    }
  }
}
