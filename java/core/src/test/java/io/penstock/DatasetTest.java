package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.penstock.array.Column;
import io.penstock.array.FileInfo;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {
  @TempDir Path directory;

  @Test
  void columnsAreNamedAfterTheirFiles() {
    TestArray images = array("images.v1.npy", 20, 784);
    TestArray labels = array("labels", 20, 1);
    try (Dataset dataset = Dataset.open(images.path(), labels.path())) {
      assertThat(dataset.columns()).extracting(Column::name).containsExactly("images.v1", "labels");
      assertThat(dataset.recordCount()).isEqualTo(20);
      assertThat(dataset.recordBytes()).isEqualTo(785);
      assertThat(dataset.column("labels").shape()).isEqualTo(Shape.of(1));
      assertThat(dataset.toString()).contains("images.v1");
    }
  }

  @Test
  void shardsAreLaidEndToEnd() {
    TestArray first = array("0.npy", 7, 30);
    TestArray empty = array("1.npy", 0, 30);
    TestArray last = array("2.npy", 5, 30);
    try (Dataset dataset =
        Dataset.builder().column("x", first.path(), empty.path(), last.path()).open()) {
      assertThat(dataset.recordCount()).isEqualTo(12);
      assertThat(dataset.files()).hasSize(3);
      for (int i = 0; i < 12; i++) {
        byte[] expected = i < 7 ? first.record(i) : last.record(i - 7);
        assertThat(bytes(dataset.record("x", i))).isEqualTo(expected);
      }
    }
  }

  @Test
  void oneFileMayBeTwoColumnsAndTwoShards() {
    TestArray array = array("x.npy", 7, 30);
    try (Dataset dataset =
        Dataset.builder()
            .column("a", array.path(), array.path())
            .column("b", array.path(), array.path())
            .open()) {
      assertThat(dataset.recordCount()).isEqualTo(14);
      assertThat(dataset.files()).hasSize(1);
      assertThat(bytes(dataset.record("b", 8))).isEqualTo(array.record(1));
    }
  }

  @Test
  void aRecordIsAReadOnlyViewOfTheFile() {
    TestArray array = array("x.npy", 100, 33);
    try (Dataset dataset = Dataset.open(array.path())) {
      MemorySegment record = dataset.record("x", 99);

      assertThat(bytes(record)).isEqualTo(array.record(99));
      assertThat(record.isReadOnly()).isTrue();
      array.put(99, new byte[33]);
      assertThat(bytes(record)).containsOnly(0);
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> dataset.record("x", 100));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> dataset.record("x", -1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> dataset.record("y", 0))
          .withMessage("expected one of the columns [x], found 'y'");
    }
  }

  @Test
  void aRecordIsCutOffWhenTheDatasetIsClosed() {
    TestArray array = array("x.npy", 100, 33);
    Dataset dataset = Dataset.open(array.path());
    MemorySegment record = dataset.record("x", 0);
    dataset.close();
    dataset.close();

    assertThatIllegalStateException().isThrownBy(() -> record.get(ValueLayout.JAVA_BYTE, 0));
    assertThatIllegalStateException()
        .isThrownBy(() -> dataset.record("x", 0))
        .withMessage("the dataset is closed");
    assertThatIllegalStateException().isThrownBy(dataset::check);
    assertThatIllegalStateException().isThrownBy(dataset::files);
    assertThatIllegalStateException().isThrownBy(() -> dataset.loader().build());
    assertThat(dataset.recordCount()).isEqualTo(100);
  }

  @Test
  void aMappedRecordOfAFileThatWasCutShortIsAnErrorAndNoCrash() {
    TestArray array = array("x.npy", 100, 4096);
    try (Dataset dataset = Dataset.open(array.path())) {
      MemorySegment record = dataset.record("x", 99);
      array.cutWithin(2);

      assertThatExceptionOfType(InternalError.class)
          .isThrownBy(() -> record.toArray(ValueLayout.JAVA_BYTE));
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(dataset::check)
          .satisfies(e -> assertThat(e.statusName()).hasValue("ENODATA"));
    }
  }

  @Test
  void filesTellWhatTheFileSystemSays() throws IOException {
    TestArray array = array("x.npy", 100, 33);
    try (Dataset dataset = Dataset.open(array.path())) {
      FileInfo info = dataset.files().getFirst();

      assertThat(info.path()).isEqualTo(array.path());
      assertThat(info.sizeBytes()).isEqualTo(128 + 3300);
      assertThat(info.inode()).isEqualTo(Files.getAttribute(array.path(), "unix:ino"));
      assertThat(FileTime.from(info.modified())).isEqualTo(Files.getLastModifiedTime(array.path()));
      assertThat(info.cachedFraction()).isIn(Double.NaN, 1.0);
    }
  }

  @Test
  void checkFindsModifiedAndReplacedAndMissingFiles() throws IOException {
    TestArray array = array("x.npy", 100, 33);
    TestArray other = array("y.npy", 100, 33);
    try (Dataset dataset = Dataset.open(array.path())) {
      dataset.check();
      Files.move(other.path(), array.path(), StandardCopyOption.REPLACE_EXISTING);
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(dataset::check)
          .satisfies(e -> assertThat(e.statusName()).hasValue("ESTALE"))
          .withMessageContaining("open the dataset again");
      Files.delete(array.path());
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(dataset::check)
          .satisfies(e -> assertThat(e.path()).hasValue(array.path()));
    }
  }

  @Test
  void columnsWithDifferentNumbersOfRecordsAreRefused() {
    TestArray images = array("images.npy", 20, 784);
    TestArray labels = array("labels.npy", 21, 1);

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> Dataset.open(images.path(), labels.path()))
        .withMessageStartingWith(labels.path() + ": expected 20 records in column 'labels'")
        .withMessageContaining("(" + images.path() + "), found 21")
        .satisfies(e -> assertThat(e.path()).hasValue(labels.path()));
  }

  @Test
  void namesAndFilesAreChecked() {
    TestArray array = array("x.npy", 20, 784);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.open(array.path(), array.path()))
        .withMessageContaining("columns must have different names, was 'x' twice");
    assertThatIllegalArgumentException().isThrownBy(() -> Dataset.open(new Path[0]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.builder().column("x", new Path[0]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dataset.builder().column(" ", array.path()));
    DatasetBuilder many = Dataset.builder();
    for (int i = 0; i < 65; i++) {
      many.column("c" + i, array.path());
    }
    assertThatIllegalArgumentException()
        .isThrownBy(many::open)
        .withMessage("a dataset must have 1 to 64 columns, was 65");
  }

  @Test
  void whatIsNoFileIsNamed() {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> Dataset.open(directory.resolve("none.npy")))
        .withMessageContaining("none.npy");
    DatasetBuilder shards = Dataset.builder().column("x", directory, directory);
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(shards::open)
        .withMessageContaining("found a directory");
  }

  @Test
  void theFingerprintTellsDataApartButNotPathsAndTimes() throws IOException {
    TestArray array = array("x.npy", 20, 784);
    String fingerprint = fingerprint("x", array.path());

    assertThat(fingerprint).matches("[0-9a-f]{48}").isEqualTo(fingerprint("x", array.path()));
    assertThat(fingerprint("y", array.path())).isNotEqualTo(fingerprint);
    Path moved = Files.move(array.path(), directory.resolve("moved.npy"));
    assertThat(fingerprint("x", moved)).isEqualTo(fingerprint);
    Files.setLastModifiedTime(moved, FileTime.fromMillis(1));
    assertThat(fingerprint("x", moved)).isEqualTo(fingerprint);
  }

  @Test
  void namesWithSpacesAndOtherLettersAreOpened() {
    TestArray array = array("a b'ü\u4e16.npy", 20, 784);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = dataset.loader().build()) {
      for (Batch batch : loader.epoch(0)) {
        assertThat(bytes(batch.column(0)).length).isEqualTo(20 * 784);
      }
    }
  }

  @Test
  void multiByteNumbersComeInTheirStoredOrder() throws IOException {
    Path path = directory.resolve("numbers.npy");
    String header = "{'descr': '>i4', 'fortran_order': False, 'shape': (3,), }";
    ByteBuffer start = ByteBuffer.allocate(128);
    start.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    start.put(new byte[] {1, 0, 118, 0});
    start.put("%-117s%n".formatted(header).getBytes(StandardCharsets.US_ASCII));
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(start.flip());
      channel.write(ByteBuffer.allocate(12).putInt(1).putInt(2).putInt(3).flip());
    }
    try (Dataset dataset = Dataset.open(path);
        Loader loader = dataset.loader().shuffle(Shuffle.NONE).build()) {
      for (Batch batch : loader.epoch(0)) {
        ByteBuffer buffer = batch.asByteBuffer("numbers");
        assertThat(List.of(buffer.getInt(), buffer.getInt(), buffer.getInt()))
            .containsExactly(1, 2, 3);
        assertThat(buffer.isDirect()).isTrue();
        assertThat(buffer.remaining()).isZero();
      }
    }
  }

  private static String fingerprint(String name, Path path) {
    try (Dataset dataset = Dataset.builder().column(name, path).open()) {
      return dataset.fingerprint();
    }
  }

  private TestArray array(String name, long recordCount, int recordBytes) {
    return TestArray.random(directory.resolve(name), recordCount, recordBytes, name.hashCode());
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
