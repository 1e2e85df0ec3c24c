package io.penstock.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files of TFRecord, and compressed ones, are compared with their own checksums, not a manifest.
 */
final class VerifyOwnChecksumsTest {
  private static final int RECORD_BYTES = 50;
  private static final int FRAMED_BYTES = RECORD_BYTES + 16;
  private static final int DATA = 12;

  @TempDir Path directory;

  private static int masked(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
  }

  private static byte[] little(int bytes, long value) {
    byte[] all = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    return Arrays.copyOf(all, bytes);
  }

  private Path write(String name, int records) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    for (int i = 0; i < records; i++) {
      byte[] data = new byte[RECORD_BYTES];
      Arrays.fill(data, (byte) (i + 1));
      byte[] length = little(8, RECORD_BYTES);
      file.writeBytes(length);
      file.writeBytes(little(4, masked(length)));
      file.writeBytes(data);
      file.writeBytes(little(4, masked(data)));
    }
    return Files.write(directory.resolve(name), file.toByteArray());
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 4;
    Files.write(file, bytes);
  }

  private static JsonObject json(Run run) {
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  @Test
  void aSoundFileIsGood() throws IOException {
    Path file = write("x y#1é.tfrecord", 300);
    Run run = Run.of("verify", "--json", file);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    JsonObject found = json(run);
    assertThat(found.get("ok").getAsBoolean()).isTrue();
    assertThat(found.get("manifest").getAsString()).isEqualTo(file.toString());
    assertThat(found.get("bytes").getAsLong()).isEqualTo(300 * FRAMED_BYTES);
    assertThat(found.get("damagedRecords").getAsLong()).isZero();
    assertThat(Run.of("verify", file).text()).contains("all as it was");
    assertThat(Run.of("verify", write("none.tfrecord", 0)).code()).isEqualTo(ExitCodes.DONE);
  }

  @Test
  void damagedRecordsAreNamedByFileNumberAndOffset() throws IOException {
    write("s-0.tfrecord", 100);
    Path second = write("s-1.tfrecord", 100);
    Path third = write("s-2.tfrecord", 100);
    flip(second, 17 * FRAMED_BYTES + DATA + 7);
    flip(second, 30 * FRAMED_BYTES + DATA + RECORD_BYTES + 3);
    flip(third, 5 * FRAMED_BYTES + 1);
    Run run = Run.of("verify", "--json", directory.resolve("s-*.tfrecord"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err())
        .hasLineCount(1)
        .contains("found 2 of 3 files with problems, 3 damaged records");
    JsonObject found = json(run);
    assertThat(found.get("ok").getAsBoolean()).isFalse();
    JsonArray files = found.getAsJsonArray("files");
    assertThat(files).hasSize(2);
    assertThat(files.get(0).getAsJsonObject().get("path").getAsString())
        .isEqualTo(second.toString());
    assertThat(files.get(0).getAsJsonObject().get("problem").getAsString()).isEqualTo("damaged");
    assertThat(found.get("damagedRecords").getAsLong()).isEqualTo(3);
    JsonArray records = found.getAsJsonArray("records");
    assertRecord(records.get(0).getAsJsonObject(), second, 17);
    assertRecord(records.get(1).getAsJsonObject(), second, 30);
    assertRecord(records.get(2).getAsJsonObject(), third, 5);
    assertThat(Run.of("verify", directory.resolve("s-*.tfrecord")).text())
        .contains("17 of " + second + ", at byte 1,122: its data do not fit their checksum")
        .contains("5 of " + third + ", at byte 330: its length does not fit its checksum");
  }

  private static void assertRecord(JsonObject record, Path file, int index) {
    assertThat(record.get("path").getAsString()).isEqualTo(file.toString());
    assertThat(record.get("index").getAsLong()).isEqualTo(index);
    assertThat(record.get("offset").getAsLong()).isEqualTo((long) index * FRAMED_BYTES);
    assertThat(record.get("column").getAsString()).isNotEmpty();
  }

  @Test
  void aFileWhoseFirstLengthIsDamagedIsKnownByItsName() throws IOException {
    Path file = write("x.tfrecord", 20);
    flip(file, 0);
    Run run = Run.of("verify", "--json", file);
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(json(run).get("damagedRecords").getAsLong()).isEqualTo(1);
    assertThat(Run.of("info", file).err())
        .hasLineCount(1)
        .contains("expected TFRecord, as the name says")
        .contains("penstock verify");
  }

  @Test
  void aManifestBesideAFileGoesFirst() throws IOException {
    Path file = write("x.tfrecord", 20);
    assertThat(Run.of("checksum", file).code()).isEqualTo(ExitCodes.DONE);
    assertThat(Run.of("verify", file).text()).contains("x.penstock.json");
    // An index is no data: it may go, and comes again.
    Files.delete(directory.resolve("x.tfrecord.penstock-index"));
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    Run again = Run.of("verify", "--json", file);
    assertThat(json(again).get("ok").getAsBoolean()).isTrue();
    flip(file, FRAMED_BYTES + DATA);
    assertThat(json(Run.of("verify", "--json", file)).get("damagedRecords").getAsLong())
        .isEqualTo(1);
  }

  private static Path gzip(Path file) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      Files.copy(file, out);
    }
    return Files.write(Path.of(file + ".gz"), packed.toByteArray());
  }

  @Test
  void aCompressedFileHasTheChecksumsOfGzipAndThoseOfItsRecords() throws IOException {
    Path file = write("x.tfrecord", 300);
    Path packed = gzip(file);
    Run run = Run.of("verify", "--json", packed);
    assertThat(run.err()).isEmpty();
    assertThat(json(run).get("ok").getAsBoolean()).isTrue();
    assertThat(json(run).get("checked").getAsString())
        .isEqualTo(
            "CRC-32 and length of gzip; CRC32C of the length and of the data of each record");
    assertThat(json(run).get("damagedRecords").getAsLong()).isZero();
    assertThat(Run.of("verify", packed).text()).contains("CRC-32 and length of gzip", "all as it");

    // Damaged before it was compressed: gzip cannot know.
    flip(file, 17 * FRAMED_BYTES + DATA + 7);
    flip(file, 200 * FRAMED_BYTES + 1);
    gzip(file);
    Run damaged = Run.of("verify", "--json", packed);
    assertThat(damaged.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(damaged.err()).hasLineCount(1).contains("1 file with problems, 2 damaged records");
    JsonArray records = json(damaged).getAsJsonArray("records");
    assertRecord(records.get(0).getAsJsonObject(), packed, 17);
    assertRecord(records.get(1).getAsJsonObject(), packed, 200);
    assertThat(Run.of("verify", packed).text())
        .contains("17 of " + packed + ", at byte 1,122 of what is in it: its data do not fit");
  }

  @Test
  void aFirstLengthThatIsDamagedInACompressedFileIsKnownByItsName() throws IOException {
    Path file = write("x.tfrecord", 20);
    flip(file, 0);
    Run run = Run.of("verify", "--json", gzip(file));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(json(run).get("damagedRecords").getAsLong()).isEqualTo(1);
  }

  @Test
  void damageToCompressedBytesIsFoundWhateverIsInThem() throws IOException {
    Path text = Files.writeString(directory.resolve("a.csv"), "1,2,3\n".repeat(1000));
    for (Path packed : List.of(gzip(text), gzip(write("x.tfrecord", 300)))) {
      assertThat(Run.of("verify", packed).code()).isEqualTo(ExitCodes.DONE);
      byte[] whole = Files.readAllBytes(packed);
      int end = whole.length;
      for (int at : new int[] {0, end / 2, end - 8, end - 1}) {
        Files.write(packed, whole);
        flip(packed, at);
        Run run = Run.of("verify", "--json", packed);
        assertThat(run.code()).as("byte %d", at).isEqualTo(ExitCodes.FAILED);
        assertThat(run.err()).hasLineCount(1);
      }
      // The first bytes of the data, the CRC-32 and the size behind them.
      flip(Files.write(packed, whole), end - 8);
      assertThat(reason(packed)).matches("CRC-32 is [0-9a-f]{8}, should be [0-9a-f]{8}");
      flip(Files.write(packed, whole), end - 1);
      assertThat(reason(packed)).isEqualTo("it has another size than it says");
      Files.write(packed, Arrays.copyOf(whole, end / 2));
      assertThat(reason(packed)).isEqualTo("it ends within its data");
      assertThat(Run.of("verify", packed).text()).contains(packed + ": it ends within its data");
    }
  }

  private static String reason(Path packed) {
    JsonObject found = json(Run.of("verify", "--json", packed));
    assertThat(found.get("damagedRecords").isJsonNull()).isTrue();
    JsonObject file = found.getAsJsonArray("files").get(0).getAsJsonObject();
    assertThat(file.get("problem").getAsString()).isEqualTo("damaged");
    return file.get("reason").getAsString();
  }

  @Test
  void severalCompressedFilesAreOnePattern() throws IOException {
    gzip(write("s-0.tfrecord", 100));
    Path second = gzip(write("s-1.tfrecord", 100));
    byte[] whole = Files.readAllBytes(second);
    Files.write(second, Arrays.copyOf(whole, whole.length - 3));
    Run run = Run.of("verify", "--json", directory.resolve("s-*.tfrecord.gz"));
    assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(run.err()).contains("found 1 of 2 files with problems:");
  }

  @Test
  void aCompressionThatJavaDoesNotKnowIsNamedWithItsProgram() throws IOException {
    Path packed = directory.resolve("x.tfrecord.zst");
    Files.write(packed, new byte[] {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd, 0, 0, 0, 0});
    assertThat(Run.of("verify", packed).err())
        .hasLineCount(1)
        .contains("expected a file compressed by gzip or zlib", "zstd", "unpack it with unzstd");
  }

  @Test
  void membersOfAnNpzAreComparedWithTheirChecksums() throws IOException {
    Path packed = directory.resolve("x.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(packed))) {
      for (String name : List.of("a.npy", "b.npy", "c.npy")) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(Files.readAllBytes(Run.records(directory.resolve(name), 1000, 4)));
        zip.closeEntry();
      }
    }
    Run sound = Run.of("verify", "--json", packed);
    assertThat(sound.err()).isEmpty();
    assertThat(json(sound).get("checked").getAsString()).isEqualTo("CRC-32 of each member");
    byte[] whole = Files.readAllBytes(packed);
    // In the data of the second member, which are the second third of all.
    flip(packed, whole.length / 2);
    assertThat(reason(packed)).isEqualTo("1 damaged member, the first one 'b.npy'");
    assertThat(Run.of("verify", packed).err())
        .hasLineCount(1)
        .contains("expected data that fit the checksums in their files", "1 file with problems");
    Files.write(packed, Arrays.copyOf(whole, whole.length - 30));
    assertThat(Run.of("verify", packed).code()).isEqualTo(ExitCodes.FAILED);
  }

  @Test
  void filesWithoutChecksumsOfTheirOwnNeedAManifest() throws IOException {
    Path npy = Run.records(directory.resolve("a.npy"), 10, 4);
    assertThat(Run.of("verify", npy).err()).contains("a.penstock.json: expected the manifest");
    write("m-1.tfrecord", 3);
    Run.records(directory.resolve("m-2.tfrecord"), 10, 4);
    assertThat(Run.of("verify", directory.resolve("m-*")).err())
        .contains("m-2.tfrecord: expected a file of the same format");
    assertThat(Run.of("verify", directory.resolve("q-*.tfrecord")).err())
        .contains("expected files that match, found none");
  }
}
