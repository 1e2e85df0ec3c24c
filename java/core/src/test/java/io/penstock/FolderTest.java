package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.format.FolderIndex;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of small files, each of which is a record; compared with reading them one by one. */
class FolderTest {
  private static final int FILES = 300;

  @TempDir Path directory;

  private Path mails;
  private Path index;

  /** In two classes and, a tenth of them, in none; some are empty. */
  @BeforeEach
  void write() throws IOException {
    mails = directory.resolve("mails");
    index = directory.resolve("mails.penstock-index");
    Files.createDirectories(mails.resolve("ham/more"));
    Files.createDirectories(mails.resolve("spam"));
    for (int i = 0; i < FILES; i++) {
      String folder = i % 10 == 0 ? "" : i % 3 == 0 ? "spam/" : i % 7 == 0 ? "ham/more/" : "ham/";
      Files.writeString(mails.resolve(folder + "mail-" + i), "x" + i + "\n".repeat(i % 5 * i));
    }
    Files.createFile(mails.resolve("ham/empty"));
    settle();
  }

  /** Folders that were modified just now are looked through again the next time. */
  private void settle() throws IOException {
    for (String folder : List.of("", "ham", "ham/more", "spam")) {
      Files.setLastModifiedTime(mails.resolve(folder), FileTime.fromMillis(1_700_000_000_000L));
    }
  }

  private static Map<Long, String> texts(Dataset dataset, String readahead) {
    Map<Long, String> texts = new TreeMap<>();
    try (Loader loader =
        dataset.loader().batchSize(32).readahead(Readahead.parse(readahead)).build()) {
      for (Batch batch : loader.epoch(2)) {
        byte[] bytes = batch.column("mails").toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < batch.size(); i++) {
          int from = (int) batch.offsets("mails").getAtIndex(ValueLayout.JAVA_LONG, i);
          int to = (int) batch.offsets("mails").getAtIndex(ValueLayout.JAVA_LONG, i + 1);
          String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
          assertThat(texts.put(batch.index(i), text)).isNull();
        }
      }
    }
    return texts;
  }

  /** Files in the order in which they should be. */
  private List<Path> paths() throws IOException {
    List<Path> paths = new ArrayList<>();
    List<String> names = new ArrayList<>();
    names.add("ham/empty");
    for (int i = 0; i < FILES; i++) {
      if (i % 10 != 0 && i % 3 != 0 && i % 7 != 0) {
        names.add("ham/mail-" + i);
      }
    }
    for (int i = 0; i < FILES; i++) {
      if (i % 10 != 0 && i % 3 != 0 && i % 7 == 0) {
        names.add("ham/more/mail-" + i);
      }
    }
    for (int i = 0; i < FILES; i += 10) {
      names.add("mail-" + i);
    }
    for (int i = 0; i < FILES; i++) {
      if (i % 10 != 0 && i % 3 == 0) {
        names.add("spam/mail-" + i);
      }
    }
    names.forEach(name -> paths.add(mails.resolve(name)));
    return paths;
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ioThreads=1"})
  void everyFileIsARecordInOrderOfNames(String readahead) throws IOException {
    List<Path> paths = paths();
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(dataset.recordCount()).isEqualTo(FILES + 1).isEqualTo(paths.size());
      Map<Long, String> texts = texts(dataset, readahead);
      for (int i = 0; i < paths.size(); i++) {
        String wanted = Files.readString(paths.get(i));
        assertThat(texts.get((long) i)).as(paths.get(i).toString()).isEqualTo(wanted);
        byte[] alone = dataset.record("mails", i).toArray(ValueLayout.JAVA_BYTE);
        assertThat(new String(alone, StandardCharsets.UTF_8)).isEqualTo(wanted);
      }
    }
  }

  @Test
  void labelsAreTheNumbersOfSubFolders() throws IOException {
    List<Path> paths = paths();
    try (Dataset dataset = Dataset.open(mails, directory.resolve("mails#label"));
        Loader loader = dataset.loader().batchSize(50).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          Path top = mails.relativize(paths.get((int) batch.index(i))).getName(0);
          int wanted = top.toString().equals("ham") ? 0 : top.toString().equals("spam") ? 1 : -1;
          assertThat(batch.column("label").getAtIndex(ValueLayout.JAVA_INT, i)).isEqualTo(wanted);
        }
      }
      assertThat(FolderIndex.open(mails, "*", index).classes()).containsExactly("ham", "spam");
    }
  }

  @Test
  void theIndexIsUsedAgainUntilAFolderIsModified() throws IOException {
    String before;
    try (Dataset dataset = Dataset.open(mails)) {
      before = dataset.fingerprint();
    }
    FileTime written = FileTime.fromMillis(1000);
    Files.setLastModifiedTime(index, written);
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(Files.getLastModifiedTime(index)).isEqualTo(written);
      assertThat(dataset.fingerprint()).isEqualTo(before);
    }
    Files.writeString(mails.resolve("ham/more/new"), "new");
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(dataset.recordCount()).isEqualTo(FILES + 2);
      assertThat(dataset.fingerprint()).isNotEqualTo(before);
    }
    Files.delete(mails.resolve("ham/more/new"));
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(dataset.recordCount()).isEqualTo(FILES + 1);
      // The same files again: a state of before goes on.
      assertThat(dataset.fingerprint()).isEqualTo(before);
    }
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

  @Test
  void filesThatChangedOrVanishedFailTheirBatch() throws IOException {
    try (Dataset dataset = Dataset.open(mails)) {
      Path longer = mails.resolve("spam/mail-3");
      Files.writeString(longer, Files.readString(longer) + "more");
      assertThatThrownBy(() -> texts(dataset, ""))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam/mail-3")
          .hasMessageContaining("as when the folder was looked through");
      Files.delete(longer);
      assertThatThrownBy(() -> texts(dataset, ""))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam/mail-3")
          .hasMessageContaining("found none");
    }
  }

  private static void makePipe(Path path) throws IOException, InterruptedException {
    int made;
    try {
      made = new ProcessBuilder("mkfifo", path.toString()).start().waitFor();
    } catch (IOException e) {
      assumeTrue(false, "mkfifo is not on the PATH, so there is no pipe: " + e.getMessage());
      return;
    }
    assertThat(made).isZero();
  }

  @Test
  void aPipeIsRefusedAndNotWaitedFor() throws IOException, InterruptedException {
    try (Dataset dataset = Dataset.open(mails)) {
      Path replaced = mails.resolve("spam/mail-3");
      Files.delete(replaced);
      makePipe(replaced);
      assertThatThrownBy(() -> texts(dataset, ""))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam/mail-3")
          .hasMessageContaining("expected a file, found a pipe");
    }
    assertThatThrownBy(() -> Dataset.open(mails))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("spam/mail-3")
        .hasMessageContaining("found a pipe");
    Path place = directory.resolve("place");
    makePipe(place);
    assertThatThrownBy(() -> FolderIndex.open(mails, "*", place))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("found another file");
  }

  @Test
  void aFileThatMayNotBeReadFailsItsBatchByName() throws IOException {
    Path closed = mails.resolve("spam/mail-3");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    assumeFalse(Files.isReadable(closed), "root may read every file");
    try (Dataset dataset = Dataset.open(mails)) {
      assertThatThrownBy(() -> texts(dataset, ""))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam/mail-3")
          .hasMessageContaining("expected a readable file");
    }
  }

  @Test
  void aFolderThatMayNotBeReadIsNotLeftOut() throws IOException {
    Path closed = mails.resolve("spam");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("---------"));
    try {
      assumeFalse(Files.isReadable(closed), "root may read every folder");
      assertThatThrownBy(() -> Dataset.open(mails))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam");
    } finally {
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
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

  @Test
  void linksToFilesAreFilesAndLinksToFoldersAreNotEntered() throws IOException {
    Files.createSymbolicLink(mails.resolve("loop"), mails);
    Files.createSymbolicLink(mails.resolve("link"), mails.resolve("spam/mail-3"));
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(dataset.recordCount()).isEqualTo(FILES + 2);
      assertThat(texts(dataset, "")).containsValue(Files.readString(mails.resolve("spam/mail-3")));
    }
    Files.createSymbolicLink(mails.resolve("nowhere"), mails.resolve("none"));
    assertThatThrownBy(() -> Dataset.open(mails))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("nowhere");
  }

  @Test
  void anEmptyFolderHasNoRecords() throws IOException {
    Path empty = Files.createDirectory(directory.resolve("empty"));
    try (Dataset dataset = Dataset.open(empty);
        Loader loader = dataset.loader().build()) {
      assertThat(dataset.recordCount()).isZero();
      assertThat(loader.epoch(0).iterator().hasNext()).isFalse();
    }
    assertThatThrownBy(() -> FolderIndex.open(directory.resolve("none"), "*", index))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a folder");
  }

  @Test
  void aPlaceThatCannotBeWrittenToIsAnError() {
    assertThatThrownBy(() -> FolderIndex.open(mails, "*", directory.resolve("none/index")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("choose another place")
        .hasMessageContaining("--folder-index FILE");
  }
}
