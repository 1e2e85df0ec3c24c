package io.penstock.internal.format.tfrecord;

import static io.penstock.internal.format.tfrecord.TfRecords.bytes;
import static io.penstock.internal.format.tfrecord.TfRecords.example;
import static io.penstock.internal.format.tfrecord.TfRecords.feature;
import static io.penstock.internal.format.tfrecord.TfRecords.file;
import static io.penstock.internal.format.tfrecord.TfRecords.header;
import static io.penstock.internal.format.tfrecord.TfRecords.ints;
import static io.penstock.internal.format.tfrecord.TfRecords.join;
import static io.penstock.internal.format.tfrecord.TfRecords.message;
import static io.penstock.internal.format.tfrecord.TfRecords.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.internal.index.RecordingIndexBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TfRecordScanTest {
  private static final long SEED = 20;

  @TempDir Path folder;

  private RecordingIndexBuilder scan(byte[] contents) throws IOException {
    return RecordingIndexBuilder.of(
        Files.write(folder.resolve("x.tfrecord"), contents), new TfRecordScan());
  }

  @Test
  void recordsOfAnySizeAreFoundWhereTheyLie() throws IOException {
    byte[] large = new byte[3 << 20];
    new Random(SEED).nextBytes(large);
    byte[] contents = file(utf8("one"), new byte[0], large, utf8("x"), new byte[0]);
    RecordingIndexBuilder found = scan(contents);
    assertThat(found.names()).containsExactly("");
    List<long[]> places = found.column("").places;
    assertThat(places).hasSize(5);
    byte[] third = Arrays.copyOfRange(contents, (int) places.get(2)[0], (int) places.get(3)[0]);
    assertThat(Arrays.copyOf(third, large.length)).isEqualTo(large);
    assertThat(places.get(2)[1]).isEqualTo(large.length);
    places.remove(2);
    List<String> others = found.texts("", contents);
    assertThat(others).containsExactly("one", "", "x", "");
    assertThat(scan(new byte[0]).column("").places).isEmpty();
  }

  @Test
  void aFileThatIsCutAnywhereIsRefusedUnlessARecordEndsThere() throws IOException {
    byte[] contents = file(example(feature("a", ints(1))), utf8("text"), new byte[0]);
    List<Integer> ends = new ArrayList<>();
    for (int end = 0; end <= contents.length; end++) {
      byte[] cut = Arrays.copyOf(contents, end);
      try {
        scan(cut);
        ends.add(end);
      } catch (PenstockException e) {
        assertThat(e.getMessage())
            .startsWith(folder.resolve("x.tfrecord") + ": ")
            .contains("cut short", "make or copy it again")
            .doesNotContain("\n");
        assertThat(e.offsetBytes()).isPresent();
      }
    }
    assertThat(ends)
        .containsExactly(0, contents.length - 36, contents.length - 16, contents.length);
  }

  @Test
  void eachFlippedBitOfALengthIsNoticedWithItsRecord() throws IOException {
    byte[] contents = file(utf8("abcd"), utf8("efgh"));
    for (int bit = 20 * 8; bit < 32 * 8; bit++) {
      byte[] damaged = contents.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> scan(damaged))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(
              "expected the length of record 1 and its checksum at byte 20, found bytes that do"
                  + " not fit together");
    }
  }

  @Test
  void lengthsBeyondTheFileAreRefusedEvenWithTheirChecksums() throws IOException {
    for (long length :
        new long[] {5, 1 << 20, Integer.MAX_VALUE, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      assertThatThrownBy(() -> scan(join(header(length), utf8("abcdefgh"))))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(
              "cut short: expected %s bytes of record 0 from byte 12 on, found the end of the file at 20"
                  .formatted(Long.toUnsignedString(length)));
    }
  }

  @Test
  void recordsThatAreNoExamplesHaveNoFeatures() throws IOException {
    byte[] noise = new byte[1000];
    new Random(SEED).nextBytes(noise);
    RecordingIndexBuilder found = scan(file(noise, example(feature("a", ints(1)))));
    assertThat(found.names()).containsExactly("");
    assertThat(found.facts()).isEmpty();
  }

  @Test
  void aRecordThatIsNoExampleTakesTheFeaturesOfTheOthersWithIt() throws IOException {
    byte[] good = example(feature("a", ints(1)), feature("b", bytes("x")));
    RecordingIndexBuilder found = scan(file(new byte[0], good, utf8("no example"), good));
    assertThat(found.names()).containsExactly("");
    assertThat(found.column("").places).hasSize(4);
    List<FeatureFacts.RefusedFeature> refused = FeatureFacts.refused(found::fact);
    assertThat(refused).extracting(FeatureFacts.RefusedFeature::name).containsExactly("a", "b");
    assertThat(refused.getFirst().problem())
        .startsWith("expected tf.Examples in all records, found another in record 2 (");
  }

  @Test
  void emptyRecordsSayNothingAboutWhatTheOthersAre() throws IOException {
    RecordingIndexBuilder found = scan(file(new byte[0], new byte[0]));
    assertThat(found.names()).containsExactly("");
    byte[] contents = file(new byte[0], example(feature("b", bytes("x"))), new byte[0]);
    assertThat(scan(contents).texts("b", contents)).containsExactly(null, "x", null);
  }

  @Test
  void largeRecordsAreHoppedOver() throws IOException {
    Path path = folder.resolve("sparse.tfrecord");
    long videoBytes = 3L << 30;
    byte[] before = join(message(1, utf8("video")), TfRecords.varint(2 << 3 | 2));
    byte[] tags = new byte[0];
    for (int level = 0; level < 2; level++) {
      // BytesList { value } and Feature { bytes_list }, from the inside out.
      tags = join(new byte[] {0x0a}, TfRecords.varint(videoBytes + tags.length), tags);
    }
    byte[] entry = join(before, TfRecords.varint(tags.length + videoBytes), tags);
    byte[] features = join(new byte[] {0x0a}, TfRecords.varint(entry.length + videoBytes), entry);
    byte[] label = feature("label", ints(7));
    byte[] start =
        join(
            new byte[] {0x0a},
            TfRecords.varint(label.length + features.length + videoBytes),
            label,
            features);
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      long position = 0;
      for (int record = 0; record < 2; record++) {
        byte[] head = join(header(start.length + videoBytes), start);
        file.write(ByteBuffer.wrap(head), position);
        position += head.length + videoBytes + 4;
      }
      file.write(ByteBuffer.wrap(file(utf8(""))), position);
    }
    RecordingIndexBuilder found = RecordingIndexBuilder.of(path, new TfRecordScan());
    assertThat(found.names()).containsExactly("", "video");
    List<long[]> videos = found.column("video").places;
    assertThat(videos.get(0)).containsExactly(12L + start.length, videoBytes);
    assertThat(videos.get(1))
        .containsExactly(2 * (12L + start.length) + videoBytes + 4, videoBytes);
    assertThat(videos.get(2)).isNull();
    assertThat(found.facts()).containsValue("label");
  }
}
