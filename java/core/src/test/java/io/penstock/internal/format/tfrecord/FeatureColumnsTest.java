package io.penstock.internal.format.tfrecord;

import static io.penstock.internal.format.tfrecord.TfRecords.bytes;
import static io.penstock.internal.format.tfrecord.TfRecords.example;
import static io.penstock.internal.format.tfrecord.TfRecords.feature;
import static io.penstock.internal.format.tfrecord.TfRecords.floats;
import static io.penstock.internal.format.tfrecord.TfRecords.ints;
import static io.penstock.internal.format.tfrecord.TfRecords.join;
import static io.penstock.internal.format.tfrecord.TfRecords.message;
import static io.penstock.internal.format.tfrecord.TfRecords.packed;
import static io.penstock.internal.format.tfrecord.TfRecords.unpackedFloats;
import static io.penstock.internal.format.tfrecord.TfRecords.unpackedInts;
import static io.penstock.internal.format.tfrecord.TfRecords.utf8;
import static io.penstock.internal.format.tfrecord.TfRecords.varint;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.index.RecordingIndexBuilder;
import io.penstock.internal.index.RecordingIndexBuilder.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which columns features become. */
class FeatureColumnsTest {
  @TempDir Path folder;
  private byte[] contents;

  private RecordingIndexBuilder scan(byte[]... records) throws IOException {
    contents = TfRecords.file(records);
    return RecordingIndexBuilder.of(
        Files.write(folder.resolve("x.tfrecord"), contents), new TfRecordScan());
  }

  /** A record for each list: one with the feature x. */
  private RecordingIndexBuilder scanLists(byte[]... lists) throws IOException {
    byte[][] records = new byte[lists.length][];
    for (int i = 0; i < lists.length; i++) {
      records[i] = lists[i] == null ? example() : example(feature("x", lists[i]));
    }
    return scan(records);
  }

  private static ByteBuffer little(byte[] record) {
    return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
  }

  private List<Object> numbers(Found column) {
    List<byte[]> records = new ArrayList<>(column.records);
    for (long[] place : column.places) {
      byte[] record = place == null ? null : new byte[(int) place[1]];
      if (record != null) {
        System.arraycopy(contents, (int) place[0], record, 0, record.length);
      }
      records.add(record);
    }
    Function<ByteBuffer, Object> next =
        column.type.equals(ElementType.INT64) ? ByteBuffer::getLong : ByteBuffer::getFloat;
    List<Object> all = new ArrayList<>();
    for (byte[] record : records) {
      List<Object> one = new ArrayList<>();
      for (ByteBuffer left = record == null ? null : little(record);
          left != null && left.hasRemaining(); ) {
        one.add(next.apply(left));
      }
      all.add(record == null ? null : one);
    }
    return all;
  }

  private static String refused(RecordingIndexBuilder found) {
    assertThat(found.names()).containsExactly("");
    List<FeatureFacts.RefusedFeature> refused = FeatureFacts.refused(found::fact);
    assertThat(refused).hasSize(1);
    assertThat(refused.getFirst().name()).isEqualTo("x");
    return refused.getFirst().problem();
  }

  @Test
  void aValueOfBytesIsAVariableColumn() throws IOException {
    RecordingIndexBuilder found = scanLists(bytes("one"), bytes(""), null, bytes("three"));
    assertThat(found.column("x").kind).isEqualTo("places");
    assertThat(found.column("x").type).isEqualTo(ElementType.UINT8);
    assertThat(found.texts("x", contents)).containsExactly("one", "", null, "three");
  }

  @Test
  void aRecordWithoutAValueOfBytesMissesIt() throws IOException {
    assertThat(scanLists(null, bytes(), bytes("x"), ints(), new byte[0]).texts("x", contents))
        .containsExactly(null, null, "x", null, null);
  }

  @Test
  void severalValuesOfBytesInARecordAreRefused() throws IOException {
    assertThat(refused(scanLists(bytes("one"), bytes("two", "three"), bytes("four"))))
        .isEqualTo("expected one value in each record, found 2 in record 1");
  }

  @Test
  void fewIntegersAreKeptInTheIndex() throws IOException {
    Found one =
        scanLists(ints(5), ints(-1), unpackedInts(Long.MIN_VALUE), ints(Long.MAX_VALUE))
            .column("x");
    assertThat(one.kind).isEqualTo("values");
    assertThat(one.recordShape).isEqualTo(Shape.SCALAR);
    assertThat(numbers(one))
        .containsExactly(
            List.of(5L), List.of(-1L), List.of(Long.MIN_VALUE), List.of(Long.MAX_VALUE));
    Found two = scanLists(ints(300, 2), unpackedInts(-3, 4)).column("x");
    assertThat(two.recordShape).isEqualTo(Shape.of(2));
    assertThat(numbers(two)).containsExactly(List.of(300L, 2L), List.of(-3L, 4L));
  }

  @Test
  void manyIntegersAreRefusedWithTheirNumber() throws IOException {
    long[] many = IntStream.range(0, 1000).mapToLong(i -> (long) i * i * i * i * i).toArray();
    RecordingIndexBuilder found = scanLists(ints(many), unpackedInts(many), ints(many));
    assertThat(refused(found))
        .isEqualTo(
            "expected 1 or 2 integers in each record, found 1000, which lie in the file in"
                + " different numbers of bytes");
    assertThat(FeatureFacts.refused(found::fact).getFirst().ints()).isEqualTo(1000);
    assertThat(FeatureFacts.records(found::fact)).isEqualTo(3);
  }

  @Test
  void integersThatDifferInNumberAreRefused() throws IOException {
    String different = "expected 1 or 2 integers in each record, found lists of different lengths";
    assertThat(refused(scanLists(ints(1), ints(1, 2)))).isEqualTo(different);
    assertThat(refused(scanLists(ints(1, 2, 3), ints(1, 2), ints(1)))).isEqualTo(different);
    assertThat(refused(scanLists(null, ints(1), ints(2))))
        .isEqualTo("expected 1 or 2 integers in each record, found none in 1 of 3 records");
    RecordingIndexBuilder found = scanLists(ints(1), null, ints(2), ints());
    assertThat(refused(found))
        .isEqualTo("expected 1 or 2 integers in each record, found none in 2 of 4 records");
    assertThat(FeatureFacts.refused(found::fact).getFirst().ints()).isZero();
  }

  @Test
  void fewFloatsAreKeptInTheIndex() throws IOException {
    Found one = scanLists(floats(1.5f), unpackedFloats(-2), floats(Float.MAX_VALUE)).column("x");
    assertThat(one.kind).isEqualTo("values");
    assertThat(one.type).isEqualTo(ElementType.FLOAT32);
    assertThat(numbers(one)).containsExactly(List.of(1.5f), List.of(-2f), List.of(Float.MAX_VALUE));
    Found four = scanLists(floats(1, 2, 3, 4), unpackedFloats(5, 6, 7, 8)).column("x");
    assertThat(four.recordShape).isEqualTo(Shape.of(4));
    assertThat(numbers(four)).containsExactly(List.of(1f, 2f, 3f, 4f), List.of(5f, 6f, 7f, 8f));
  }

  @Test
  void equallyManyFloatsAreAFixedColumnInPlace() throws IOException {
    Found five = scanLists(floats(1, 2, 3, 4, 5), floats(6, 7, 8, 9, 10)).column("x");
    assertThat(five.kind).isEqualTo("runs");
    assertThat(five.recordShape).isEqualTo(Shape.of(5));
    assertThat(numbers(five))
        .containsExactly(List.of(1f, 2f, 3f, 4f, 5f), List.of(6f, 7f, 8f, 9f, 10f));
  }

  @Test
  void floatsThatDifferInNumberAreAVariableColumnInPlace() throws IOException {
    Found found = scanLists(floats(1), floats(), null, unpackedFloats(2), floats(3, 4)).column("x");
    assertThat(found.kind).isEqualTo("places");
    assertThat(found.type).isEqualTo(ElementType.FLOAT32);
    assertThat(numbers(found))
        .containsExactly(List.of(1f), List.of(), null, List.of(2f), List.of(3f, 4f));
    Found large = scanLists(null, floats(1, 2, 3, 4, 5), floats(1, 2, 3, 4, 5)).column("x");
    assertThat(large.kind).isEqualTo("places");
    assertThat(numbers(large).getFirst()).isNull();
    assertThat(scanLists(floats(), floats()).column("x").kind).isEqualTo("places");
  }

  @Test
  void floatsThatLieApartAreRefusedUnlessTheyAreFew() throws IOException {
    assertThat(refused(scanLists(floats(1, 2, 3, 4, 5), unpackedFloats(1, 2, 3, 4, 5))))
        .isEqualTo("expected packed floats, found the 5 of record 1 one by one");
    assertThat(refused(scanLists(unpackedFloats(1, 2), floats(1, 2, 3))))
        .startsWith("expected packed floats, found the 3 of record 1");
    assertThat(refused(scanLists(unpackedFloats(1, 2), null)))
        .isEqualTo("expected packed floats in each record, found some apart, and some missing");
  }

  @Test
  void featuresOfTwoKindsAreRefused() throws IOException {
    assertThat(refused(scanLists(bytes("a"), floats(1))))
        .isEqualTo("expected values of one kind, found bytes in record 0 and floats in record 1");
    assertThat(refused(scanLists(ints(1), ints(2), bytes("3")))).contains("integers in record 0");
  }

  @Test
  void theLastOfTwoFeaturesOfANameCounts() throws IOException {
    RecordingIndexBuilder found =
        scan(
            example(feature("x", bytes("old", "older")), feature("x", bytes("new"))),
            join(
                example(feature("x", ints(1)), feature("y", ints(1))),
                example(feature("x", bytes("merged")))));
    assertThat(found.texts("x", contents)).containsExactly("new", "merged");
  }

  @Test
  void listsInPiecesAreMergedAsProtocolBuffersAre() throws IOException {
    byte[] twice = join(ints(1), ints(2));
    byte[] entryOfTwo =
        message(
            1,
            join(
                message(2, ints(3)),
                message(1, utf8("wrong")),
                message(2, ints(4)),
                message(1, utf8("x"))));
    Found found =
        scan(
                example(feature("x", twice)),
                example(entryOfTwo),
                example(feature("x", join(ints(9), floats(1), ints(5), ints(6)))))
            .column("x");
    assertThat(numbers(found)).containsExactly(List.of(1L, 2L), List.of(3L, 4L), List.of(5L, 6L));
  }

  @Test
  void fieldsThatNobodyKnowsAreSkipped() throws IOException {
    byte[] unknown =
        join(
            message(15, utf8("?")),
            join(varint(99 << 3), varint(-1)),
            join(varint(7 << 3 | 1), new byte[8]),
            join(varint(8 << 3 | 5), new byte[4]));
    byte[] list = message(3, join(unknown, message(1, packed(42)), unknown));
    byte[] entry =
        message(1, join(unknown, message(2, join(unknown, list)), message(1, utf8("x")), unknown));
    RecordingIndexBuilder found = scan(join(unknown, message(1, join(unknown, entry)), unknown));
    assertThat(numbers(found.column("x"))).containsExactly(List.of(42L));
  }

  @Test
  void theContextOfASequenceExampleIsFeaturesAndItsListsAreRefused() throws IOException {
    byte[] list = message(1, join(message(1, utf8("frames")), message(2, message(1, bytes("f")))));
    RecordingIndexBuilder found = scan(join(example(feature("id", ints(3))), message(2, list)));
    assertThat(numbers(found.column("id"))).containsExactly(List.of(3L));
    assertThat(FeatureFacts.refused(found::fact))
        .containsExactly(
            new FeatureFacts.RefusedFeature(
                "frames", "expected a feature, found a list of features", 0));
  }

  @Test
  void messagesThatAreWrongInsideAreNoExamples() throws IOException {
    byte[] entry = feature("x", bytes("value"));
    List<byte[]> wrong = new ArrayList<>();
    for (int cut = 1; cut < entry.length; cut++) {
      // The outer length is right, one of the inner lengths goes beyond it.
      wrong.add(message(1, java.util.Arrays.copyOf(entry, cut)));
    }
    wrong.add(example(feature("x", message(2, message(1, new byte[3])))));
    wrong.add(example(feature("x", message(3, message(1, new byte[] {-1})))));
    wrong.add(example(feature("x", message(3, join(varint(8), Tenth.LONG)))));
    wrong.add(new byte[] {0});
    wrong.add(new byte[] {3 << 3 | 3, 3 << 3 | 4});
    wrong.add(message(1, new byte[] {1 << 3 | 7}));
    byte[] good = example(feature("x", bytes("good")));
    for (byte[] record : wrong) {
      RecordingIndexBuilder found = scan(good, record);
      assertThat(found.names()).containsExactly("");
      assertThat(FeatureFacts.refused(found::fact).getFirst().problem())
          .startsWith("expected tf.Examples in all records, found another in record 1 (");
    }
  }

  /** A number of eleven bytes. */
  private static final class Tenth {
    static final byte[] LONG = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0};
  }

  @Test
  void namesThatNoPathCanHaveAreLeftOut() throws IOException {
    byte[] noText = message(1, join(message(1, new byte[] {-1}), message(2, ints(1))));
    byte[] nameless = message(1, message(2, ints(1)));
    RecordingIndexBuilder found =
        scan(
            example(
                noText,
                nameless,
                feature("n".repeat(ExampleParser.LONGEST_NAME + 1), ints(1)),
                feature("n".repeat(ExampleParser.LONGEST_NAME), ints(1)),
                feature("größe/日本", ints(1))));
    assertThat(found.names())
        .containsExactly("", "n".repeat(ExampleParser.LONGEST_NAME), "größe/日本");
  }

  @Test
  void featuresBeyondTheLimitAreLeftOut() throws IOException {
    byte[][] features = new byte[FeatureColumns.MOST_FEATURES + 1][];
    for (int i = 0; i < features.length; i++) {
      features[i] = feature("f" + i, ints(i));
    }
    byte[] record = example(features);
    Collections.reverse(java.util.Arrays.asList(features));
    RecordingIndexBuilder found = scan(record, example(features));
    assertThat(found.names()).hasSize(1 + FeatureColumns.MOST_FEATURES).doesNotContain("f1024");
    assertThat(numbers(found.column("f1023"))).containsExactly(List.of(1023L), List.of(1023L));
  }

  @Test
  void manyFeaturesThatAreInFewRecordsDoNotMakeTheIndexLarge() throws IOException {
    int records = 3000;
    byte[][] sparse = new byte[records][];
    for (int i = 0; i < records; i++) {
      sparse[i] = example(feature("all", bytes("x")), feature("f" + i % 1000, bytes("y")));
    }
    RecordingIndexBuilder found = scan(sparse);
    long entries = found.columns().stream().mapToLong(Found::count).sum();
    assertThat(entries).isLessThan((1 << 20) + 4L * records);
    assertThat(found.texts("all", contents)).hasSize(records).containsOnly("x");
    Map<String, String> refused =
        FeatureFacts.refused(found::fact).stream()
            .collect(
                Collectors.toMap(
                    FeatureFacts.RefusedFeature::name, FeatureFacts.RefusedFeature::problem));
    assertThat(refused).hasSizeGreaterThan(600);
    assertThat(refused.values())
        .allMatch(
            problem -> problem.startsWith("expected it in most records, found it missing in"));
  }

  @Test
  void aFeatureThatComesLateIsAColumnIfAnotherIsInAllRecords() throws IOException {
    List<byte[]> records =
        new ArrayList<>(Collections.nCopies(2000, example(feature("a", bytes("x")))));
    records.addAll(
        Collections.nCopies(50, example(feature("a", bytes("x")), feature("b", bytes("late")))));
    RecordingIndexBuilder found = scan(records.toArray(byte[][]::new));
    List<String> late = found.texts("b", contents);
    assertThat(late.subList(0, 2000)).containsOnlyNulls();
    assertThat(late.subList(2000, 2050)).containsOnly("late");
  }
}
