package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.folder.FolderScan;
import io.penstock.options.Readahead;
import io.penstock.write.NpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
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
import java.util.stream.Stream;
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

  /** Files and folders that were modified just now are looked through again the next time. */
  private void settle() throws IOException {
    try (Stream<Path> all = Files.walk(mails)) {
      for (Path path : all.toList()) {
        Files.setLastModifiedTime(path, FileTime.fromMillis(1_700_000_000_000L));
      }
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
    try (Dataset dataset = Dataset.open(Source.of(mails), Source.of(mails).part("label"));
        Loader loader = dataset.loader().batchSize(50).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          Path top = mails.relativize(paths.get((int) batch.index(i))).getName(0);
          int wanted = top.toString().equals("ham") ? 0 : top.toString().equals("spam") ? 1 : -1;
          assertThat(batch.column("label").getAtIndex(ValueLayout.JAVA_INT, i)).isEqualTo(wanted);
        }
      }
      assertThat(FolderIndex.open(mails, "*", index).classes()).containsExactly("ham", "spam");
      assertThat(dataset.classes("label")).containsExactly("ham", "spam");
      assertThat(dataset.classes("mails")).containsExactly("ham", "spam");
    }
  }

  @Test
  void aColumnThatIsNotOfAFolderHasNoClasses() throws IOException {
    Path labels = directory.resolve("labels.npy");
    try (NpyWriter writer = NpyWriter.builder(labels, ElementType.UINT8).open()) {
      writer.append(MemorySegment.ofArray(new byte[] {1, 2, 3}));
      writer.commit();
    }
    try (Dataset dataset = Dataset.open(labels)) {
      assertThat(dataset.classes("labels")).isEmpty();
      assertThatThrownBy(() -> dataset.classes("label"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected one of the columns [labels], found 'label'");
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
  void filesThatChangedOrVanishedFailTheirBatch() throws IOException {
    try (Dataset dataset = Dataset.open(mails)) {
      Path longer = mails.resolve("spam/mail-3");
      String before = Files.readString(longer);
      Files.writeString(longer, before + "more");
      assertThatThrownBy(() -> texts(dataset, ""))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam/mail-3")
          .hasMessageContaining("as when the folder was scanned")
          .hasMessageContaining("open the dataset again");
      Files.writeString(longer, before.replace('x', 'y'));
      assertThatThrownBy(() -> texts(dataset, ""))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam/mail-3")
          .hasMessageContaining("found it modified since");
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
  void linksToFilesAndToFoldersAreFollowed() throws IOException {
    Path elsewhere = Files.createDirectories(directory.resolve("elsewhere/deep")).getParent();
    Files.writeString(elsewhere.resolve("one"), "linked one");
    Files.writeString(elsewhere.resolve("deep/two"), "linked two");
    Files.createSymbolicLink(mails.resolve("linked"), elsewhere);
    Files.createSymbolicLink(mails.resolve("link"), mails.resolve("spam/mail-3"));
    Path all = Files.createSymbolicLink(directory.resolve("all"), mails);
    FolderScan listing = FolderScan.of(all, "*");
    assertThat(listing.classes()).containsExactly("ham", "linked", "spam");
    assertThat(listing.fileCount()).isEqualTo(FILES + 4);
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(dataset.recordCount()).isEqualTo(FILES + 4);
      assertThat(texts(dataset, ""))
          .containsValue(Files.readString(mails.resolve("spam/mail-3")))
          .containsValue("linked one")
          .containsValue("linked two");
    }
    Files.writeString(elsewhere.resolve("deep/three"), "3");
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(dataset.recordCount()).isEqualTo(FILES + 5);
    }
  }

  @Test
  void linksThatLeadNowhereOrUpwardsAreRefusedUnlessLeftOut() throws IOException {
    for (Path target : List.of(mails.resolve("none"), mails, mails.resolve("spam"))) {
      Path link = Files.createSymbolicLink(mails.resolve("spam/odd"), target);
      assertThatThrownBy(() -> Dataset.open(mails))
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining("spam/odd: expected")
          .hasMessageContaining(target.endsWith("none") ? "leads nowhere" : "folder above it")
          .hasMessageContaining("'*,!odd'");
      assertThat(FolderIndex.open(mails, "*,!odd", index).recordCount()).isEqualTo(FILES + 1);
      assertThat(FolderIndex.open(mails, "!odd", index).recordCount()).isEqualTo(FILES + 1);
      Files.delete(link);
    }
  }

  @Test
  void foldersWithoutFilesAreClassesToo() throws IOException {
    Files.createDirectory(mails.resolve("eggs"));
    Files.createDirectories(mails.resolve("spam/none"));
    Files.createDirectory(mails.resolve(".git"));
    Files.createDirectory(mails.resolve("lost+found"));
    Files.writeString(mails.resolve("lost+found/#123"), "no");
    FolderIndex found = FolderIndex.open(mails, "*", index);
    assertThat(found.classes()).containsExactly("eggs", "ham", "spam");
    assertThat(found.recordCount()).isEqualTo(FILES + 1);
    try (Dataset labels = Dataset.open(Source.parse(directory.resolve("mails#label")))) {
      assertThat(labels.integers("label").applyAsLong(0)).isEqualTo(1);
      assertThat(labels.integers("label").applyAsLong(FILES)).isEqualTo(2);
    }
    assertThat(FolderIndex.open(mails, "!ham", index).classes()).containsExactly("eggs", "spam");
  }

  @Test
  void aFileThatWasEditedIsSeenByWhoOpensTheFolderNext() throws IOException {
    FolderIndex before = FolderIndex.open(mails, "*", index);
    FileTime made = FileTime.fromMillis(1000);
    Files.setLastModifiedTime(index, made);
    Path edited = mails.resolve("spam/mail-3");
    FileTime folder = Files.getLastModifiedTime(mails.resolve("spam"));
    Files.writeString(edited, "longer than before, by far");
    Files.setLastModifiedTime(mails.resolve("spam"), folder);
    FolderIndex after = FolderIndex.open(mails, "*", index);
    assertThat(after.dataBytes()).isGreaterThan(before.dataBytes());
    assertThat(after.digest()).isNotEqualTo(before.digest());
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(texts(dataset, "")).containsValue("longer than before, by far");
    }
    Files.writeString(edited, "longer than before, BY FAR");
    try (Dataset dataset = Dataset.open(mails)) {
      assertThat(texts(dataset, "")).containsValue("longer than before, BY FAR");
      // Names, sizes and classes are the same; times are no part of it.
      assertThat(FolderIndex.open(mails, "*", index).digest()).isEqualTo(after.digest());
      assertThat(FolderIndex.open(mails, "*", index).datedDigest())
          .isNotEqualTo(after.datedDigest());
    }
    Files.delete(index);
    assertThat(FolderIndex.open(mails, "*", index).digest()).isEqualTo(after.digest());
  }

  @Test
  void anEmptyFolderIsRefusedByName() throws IOException {
    Path empty = Files.createDirectories(directory.resolve("empty/only/folders"));
    assertThatThrownBy(() -> Dataset.open(directory.resolve("empty")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining(directory.resolve("empty") + ": expected files in the folder");
    Files.writeString(empty.resolve("a.txt"), "");
    assertThatThrownBy(() -> FolderIndex.open(directory.resolve("empty"), "*.jpg", index))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("files that match '*.jpg' in the folder");
    assertThatThrownBy(() -> FolderIndex.open(directory.resolve("none"), "*", index))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a folder");
  }
}
