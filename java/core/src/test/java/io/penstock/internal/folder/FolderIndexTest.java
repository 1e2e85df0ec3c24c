package io.penstock.internal.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The index of a folder of files: what it lists, in which order, and when it is made again. */
class FolderIndexTest {
  private static final int FILES = 300;

  @TempDir Path directory;

  private Path mails;
  private Path index;

  @BeforeEach
  void write() throws IOException {
    mails = directory.resolve("mails");
    index = directory.resolve("mails.penstock-index");
    Files.createDirectories(mails.resolve("ham"));
    Files.createDirectories(mails.resolve("spam"));
    for (int i = 0; i < FILES; i++) {
      Files.writeString(mails.resolve((i % 3 == 0 ? "spam/mail-" : "ham/mail-") + i), "x" + i);
    }
    Files.createFile(mails.resolve("ham/empty"));
  }

  @Test
  void aDamagedIndexIsMadeAgainAndAnotherFileIsNotOverwritten() throws IOException {
    FolderIndex.open(mails, "*", index);
    byte[] whole = Files.readAllBytes(index);
    for (int i = 0; i < whole.length; i += 97) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 4;
      if (i >= 8) {
        Files.write(index, damaged);
        assertThat(FolderIndex.open(mails, "*", index).recordCount()).isEqualTo(FILES + 1);
      }
    }
    for (int length : new int[] {0, 7, 127}) {
      Files.write(index, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> FolderIndex.open(mails, "*", index))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("found another file");
      assertThat(Files.size(index)).isEqualTo(length);
    }
    Files.write(index, java.util.Arrays.copyOf(whole, whole.length - 1));
    assertThat(FolderIndex.open(mails, "*", index).recordCount()).isEqualTo(FILES + 1);
  }

  /** Ranks that start at once on new files: the first one's index must stay while it reads. */
  @Test
  void theIndexOfFilesJustWrittenIsNotMadeAgain() throws IOException {
    for (int round = 0; round < 20; round++) {
      Files.writeString(mails.resolve("ham/new-" + round), "just now");
      FolderIndex.open(mails, "*", index);
      FileTime made = Files.getLastModifiedTime(index);
      Object file = Files.readAttributes(index, BasicFileAttributes.class).fileKey();
      FolderIndex.open(mails, "*", index);
      assertThat(Files.getLastModifiedTime(index)).isEqualTo(made);
      assertThat(Files.readAttributes(index, BasicFileAttributes.class).fileKey()).isEqualTo(file);
    }
  }

  @Test
  void patternsChooseFilesAndDotsAreLeftAlone() throws IOException {
    Files.writeString(mails.resolve("ham/.hidden"), "no");
    Files.createDirectory(mails.resolve(".checkpoints"));
    Files.writeString(mails.resolve(".checkpoints/mail-11"), "no");
    FolderIndex some = FolderIndex.open(mails, "mail-1?", directory.resolve("some"));
    assertThat(some.recordCount()).isEqualTo(10);
    assertThat(FolderIndex.open(mails, "*", index).recordCount()).isEqualTo(FILES + 1);
    assertThat(FolderIndex.open(mails, ".*", directory.resolve("dots")).recordCount()).isOne();
  }

  @ParameterizedTest
  @CsvSource({
    ".zarray,penstock convert x.zarr x.npy",
    ".zgroup,penstock convert x.zarr DIRECTORY",
    "zarr.json,'numpy.save(''x.npy'', zarr.open(''x.zarr'')[:])'"
  })
  void chunksOfZarrAreNoRecordsUnlessTheyAreNamed(String mark, String remedy) throws IOException {
    Path zarr = Files.createDirectory(directory.resolve("x.zarr"));
    Files.writeString(zarr.resolve(mark), "{}");
    Files.writeString(zarr.resolve("0.0"), "a chunk");
    assertThatThrownBy(() -> FolderIndex.open(zarr, "*", index))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("(" + mark + "), whose files are chunks")
        .hasMessageContaining(remedy);
    assertThat(FolderIndex.open(zarr, "0.*", index).recordCount()).isOne();
  }

  @Test
  void classesAndFilesAreInOrderOfTheirNumbers() throws IOException {
    Path numbers = Files.createDirectory(directory.resolve("numbers"));
    for (int i : new int[] {10, 1, 12, 2, 11}) {
      Files.createDirectory(numbers.resolve("" + i));
      Files.writeString(numbers.resolve(i + "/img10"), i + " 10");
      Files.writeString(numbers.resolve(i + "/img2"), i + " 2");
    }
    Files.writeString(Files.createDirectory(numbers.resolve("1-2")).resolve("x"), "");
    FolderScan listing = FolderScan.of(numbers, "*");
    assertThat(listing.classes()).containsExactly("1", "1-2", "2", "10", "11", "12");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < listing.fileCount(); i++) {
      names.add(listing.label(i) + " " + listing.name(i));
    }
    assertThat(names)
        .containsExactly(
            "0 1/img2",
            "0 1/img10",
            "1 1-2/x",
            "2 2/img2",
            "2 2/img10",
            "3 10/img2",
            "3 10/img10",
            "4 11/img2",
            "4 11/img10",
            "5 12/img2",
            "5 12/img10");
  }

  @Test
  void ofManyFilesTheOneThatChangedIsFound() throws IOException {
    Path many = Files.createDirectory(directory.resolve("many"));
    for (int i = 0; i < 2100; i++) {
      Files.setLastModifiedTime(Files.createFile(many.resolve("f" + i)), FileTime.fromMillis(1));
    }
    Files.setLastModifiedTime(many, FileTime.fromMillis(1));
    FolderIndex.open(many, "*", index);
    Files.setLastModifiedTime(index, FileTime.fromMillis(1));
    FolderIndex.open(many, "*", index);
    assertThat(Files.getLastModifiedTime(index)).isEqualTo(FileTime.fromMillis(1));
    Files.setLastModifiedTime(many.resolve("f1777"), FileTime.fromMillis(2));
    FolderIndex.open(many, "*", index);
    assertThat(Files.getLastModifiedTime(index)).isNotEqualTo(FileTime.fromMillis(1));
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsAnError() {
    assertThatThrownBy(() -> FolderIndex.open(mails, "*", directory.resolve("none/index")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("choose another place")
        .hasMessageContaining("--folder-index FILE");
  }
}
