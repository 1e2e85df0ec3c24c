package io.penstock.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.write.NpyWriter;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sources that change while they are read, and what they say of themselves. */
@Timeout(120)
class SourcesTest {
  private static final SourceOptions ALL =
      new SourceOptions(Selection.ALL, null, false, FolderOptions.NONE, null, 0);

  @TempDir Path directory;

  private RecordSource open(Path path) throws IOException {
    return Sources.open(List.of(path), ALL, directory.resolve("out.npy"));
  }

  private Path array(int recordBytes, int records) {
    Path path = directory.resolve("x.npy");
    try (NpyWriter writer = NpyWriter.builder(path, ElementType.UINT8, recordBytes).open()) {
      writer.append(MemorySegment.ofArray(new byte[recordBytes * records]));
      writer.commit();
    }
    return path;
  }

  private void assertChangeIsFound(Path path) throws IOException {
    try (RecordSource source = open(path)) {
      assertThat(source.next()).isNotNull();
      Files.write(path, new byte[] {'1', '\n'}, StandardOpenOption.APPEND);
      assertThatThrownBy(
              () -> {
                while (source.next() != null) {
                  assertThat(source.recordBytes()).isPositive();
                }
              })
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(path.toString());
    }
  }

  @Test
  void aFileThatIsChangedWhileItIsReadIsAnError() throws IOException {
    Path text = Files.writeString(directory.resolve("x.csv"), "1\n".repeat(1_000_000));
    assertChangeIsFound(text);
    // More than is read ahead, or all of it may have been read before it changes.
    Path array = array(4096, 1 << 15);
    assertChangeIsFound(array);
  }

  /** What {@code convert --resume} goes by: a file of another job is not continued. */
  @Test
  void whatIsAskedForIsPartOfASourcesIdentity() throws IOException {
    Path array = array(8, 1000);
    Set<String> identities = new HashSet<>();
    for (String slice : List.of("0:10", "10:20", "0:10:2", ":")) {
      for (String part : List.of("", "#raw:uint8:-1x8:0", "#raw:uint8:-1x8:8")) {
        SourceOptions some =
            new SourceOptions(Selection.parse(slice), null, false, FolderOptions.NONE, null, 0);
        Path path = Path.of(array + part);
        for (int again = 0; again < 2; again++) {
          try (RecordSource source =
              Sources.open(List.of(path), some, directory.resolve("out.npy"))) {
            assertThat(identities.add(source.identity())).isEqualTo(again == 0);
          }
        }
      }
    }
  }

  @Test
  void whatIsWrongWithElementsNamesTheFileAndThePart() throws IOException {
    Path source = Files.write(directory.resolve("x.h5"), new byte[8]);
    for (String reason : List.of("the chunk at (0,): expected 8 bytes, found 7", "it ends")) {
      StreamedArray array =
          StreamedArray.of(
              source,
              "group/x",
              ElementType.FLOAT64,
              Shape.of(1),
              () -> {
                throw new IOException(reason);
              });
      assertThatThrownBy(() -> Unpacked.of(array, directory.resolve("out.npy"), 0))
          .isInstanceOf(PenstockException.class)
          .hasMessageStartingWith(source + ": 'group/x': ")
          .hasMessageContaining(reason)
          .hasMessageContaining("expected");
    }
  }

  @Test
  void aCopyWhoseSourceCannotBeClosedIsNotLeftBehind() throws IOException {
    Path source = Files.write(directory.resolve("x"), new byte[8]);
    Closeable badly =
        () -> {
          throw new IOException("cannot be closed");
        };
    StreamedArray array =
        StreamedArray.of(
            source,
            "",
            ElementType.FLOAT64,
            Shape.of(1),
            () -> new ByteArrayInputStream(new byte[8]));
    assertThatThrownBy(
            () ->
                Unpacked.closing(
                    badly,
                    _ -> {
                      Unpacked copy = Unpacked.of(array, directory.resolve("out.npy"), 0);
                      try (Stream<Path> files = Files.list(directory)) {
                        assertThat(files).hasSize(2);
                      }
                      return copy;
                    }))
        .hasMessage("cannot be closed");
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(source);
    }
  }

  @Test
  void aChangedFileBesideACompressedOneIsAnotherSource() throws IOException {
    Path array = array(8, 10);
    Path packed = directory.resolve("y.npy.gz");
    try (OutputStream file = new GZIPOutputStream(Files.newOutputStream(packed))) {
      Files.copy(array, file);
    }
    Set<String> identities = new HashSet<>();
    for (int again = 0; again < 2; again++) {
      try (RecordSource source =
          Sources.open(List.of(array, packed), ALL, directory.resolve("out.npy"))) {
        assertThat(source.recordCount()).isEqualTo(20);
        identities.add(source.identity());
      }
      Files.setLastModifiedTime(array, FileTime.fromMillis(1_000_000));
    }
    assertThat(identities).hasSize(2);
  }

  @Test
  void aSelectionReadsWhatIsSelected() throws IOException {
    Path text = Files.writeString(directory.resolve("x.csv"), "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    SourceOptions some =
        new SourceOptions(Selection.parse("2:9:3"), null, false, FolderOptions.NONE, null, 0);
    try (RecordSource source = Sources.open(List.of(text), some, directory.resolve("out.npy"))) {
      assertThat(source.recordCount()).isEqualTo(RecordSource.UNKNOWN);
      double[] found = source.next().toArray(ValueLayout.JAVA_DOUBLE);
      assertThat(found).containsExactly(2, 5, 8);
      assertThat(source.next()).isNull();
    }
    assertThat(Selection.parse("2:9:3").from(2).start()).isEqualTo(8);
    assertThatThrownBy(() -> Selection.parse("3:2")).hasMessageContaining("START <= STOP");
    assertThatThrownBy(() -> Selection.parse("1:2:0")).hasMessageContaining("STEP >= 1");
    assertThatThrownBy(() -> Selection.parse("x")).hasMessageContaining("START:STOP");
  }

  @Test
  void identityFollowsTheFile() throws IOException {
    Path text = Files.writeString(directory.resolve("x.csv"), "0\n1\n");
    String before;
    try (RecordSource source = open(text)) {
      before = source.identity();
    }
    try (RecordSource source = open(text)) {
      assertThat(source.identity()).isEqualTo(before);
    }
    Files.writeString(text, "0\n1\n2\n");
    try (RecordSource source = open(text)) {
      assertThat(source.identity()).isNotEqualTo(before);
    }
  }
}
