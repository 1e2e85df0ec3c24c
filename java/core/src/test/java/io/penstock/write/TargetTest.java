package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Dataset;
import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.checksum.FileChecksums;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.partial.PartialFile;
import io.penstock.job.LoaderState;
import io.penstock.job.StateFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What may be replaced by a file: files, also where links lead to them, and nothing else. */
@Timeout(60)
class TargetTest {
  private static final LoaderState STATE =
      LoaderState.of("0123456789abcdef", "order/1", 7, 3, 0, 128);

  @TempDir Path directory;

  /** All that writes a file under a name that somebody gives. */
  private List<Consumer<Path>> writings() {
    return List.of(
        path -> {
          try (PartialFile file = PartialFile.create(path, true)) {
            write(file);
            file.commit();
          }
        },
        path -> {
          try (NpyWriter writer = NpyWriter.builder(path, ElementType.UINT8).replace(true).open()) {
            writer.append(MemorySegment.ofArray(new byte[10]));
            writer.commit();
          }
        },
        path -> StateFile.write(path, STATE),
        path -> FolderIndex.open(folder(), "*", path));
  }

  private static void write(PartialFile file) {
    try {
      file.channel().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path folder() {
    try {
      Path folder = Files.createDirectories(directory.resolve("folder"));
      Files.writeString(folder.resolve("a"), "x");
      return folder;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Path file(String name) {
    return directory.resolve(name);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private static void run(String... command) throws IOException, InterruptedException {
    int code;
    try {
      code = new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException e) {
      code = -1;
    }
    assumeTrue(code == 0, String.join(" ", command) + " does not work here");
  }

  private static Object kind(Path path) throws IOException {
    return Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
  }

  private void isLeftAsItIs(Path path, Path named) throws IOException {
    Object before = kind(path);
    folder();
    List<String> names = names();
    for (Consumer<Path> writing : writings()) {
      assertThatThrownBy(() -> writing.accept(named))
          .isInstanceOf(PenstockException.class)
          .hasMessageMatching(
              Pattern.quote(named.toString()) + ": (the state cannot be saved: )?expected .*")
          .hasMessageNotContaining("\n");
      assertThat(kind(path)).isEqualTo(before);
      assertThat(names()).isEqualTo(names);
    }
  }

  @Test
  void aDeviceIsNeverReplaced() throws Exception {
    Path device = file("null");
    run("mknod", device.toString(), "c", "1", "3");
    isLeftAsItIs(device, device);
    Path link = Files.createSymbolicLink(file("link"), device);
    isLeftAsItIs(device, link);
    assertThat(link).isSymbolicLink();
    assertThatThrownBy(() -> PartialFile.create(device, true))
        .hasMessageContaining("expected a regular file, or none yet, found a device");
  }

  @Test
  void aFifoIsNeitherReplacedNorWaitedFor() throws Exception {
    Path fifo = file("fifo");
    run("mkfifo", fifo.toString());
    isLeftAsItIs(fifo, fifo);
    assertThatThrownBy(() -> StateFile.read(fifo)).hasMessageContaining("FIFO");
    assertThatThrownBy(() -> PartialFile.create(fifo, false)).hasMessageContaining("FIFO");
  }

  @Test
  void aDirectoryIsNeverReplaced() throws IOException {
    Path directory = Files.createDirectory(file("directory"));
    isLeftAsItIs(directory, directory);
    isLeftAsItIs(directory, Files.createSymbolicLink(file("link"), directory));
  }

  @Test
  void aLinkThatLeadsBackToItselfIsAnError() throws IOException {
    Path one = file("one");
    Path two = Files.createSymbolicLink(file("two"), one);
    Files.createSymbolicLink(one, two);
    isLeftAsItIs(one, one);
    assertThatThrownBy(() -> PartialFile.create(one, true))
        .hasMessageContaining("leads back to itself");
  }

  @Test
  void aLinkStaysAndTheFileAtItsEndIsReplacedOrMade() throws IOException {
    Files.createDirectory(file("below"));
    for (Consumer<Path> writing : writings()) {
      Path end = file("below/end");
      Files.deleteIfExists(end);
      Path link = Files.createSymbolicLink(file("link"), Path.of("below/end"));
      Path further = Files.createSymbolicLink(file("further"), link);
      writing.accept(further); // Nothing is there yet.
      assertThat(end).isNotEmptyFile();
      writing.accept(further);
      assertThat(link).isSymbolicLink();
      assertThat(further).isSymbolicLink();
      assertThat(file("below")).isDirectoryContaining("glob:**end");
      try (Stream<Path> files = Files.list(file("below"))) {
        assertThat(files).containsExactly(end);
      }
      Files.delete(link);
      Files.delete(further);
    }
  }

  @Test
  void aLinkToAFileCountsAsTheFileThatMustNotBeReplaced() throws IOException {
    Path end = Files.writeString(file("end"), "mine");
    Path link = Files.createSymbolicLink(file("link"), end);
    assertThatThrownBy(() -> PartialFile.create(link, false))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("link: expected no file of this name, found one");
    assertThat(end).hasContent("mine");
  }

  @Test
  void aDirectoryOfShardsIsMadeWhereALinkLeads() throws IOException {
    Path data = Files.write(file("data"), new byte[100]);
    Path link = Files.createSymbolicLink(file("link"), file("shards"));
    try (Dataset dataset =
        Dataset.open(Source.of(data).raw(RawLayout.of(ElementType.named("|u1"))))) {
      new DatasetShuffle(dataset, link).memoryBytes(64 << 20).run();
      new DatasetShuffle(dataset, link).memoryBytes(64 << 20).replace(true).run();
    }
    assertThat(link).isSymbolicLink();
    assertThat(file("shards")).isDirectory();
    assertThat(names()).containsExactly("data", "link", "shards");
  }

  @Test
  void aDirectoryOfShardsReplacesNoDevice() throws Exception {
    Path data = Files.write(file("data"), new byte[100]);
    Path fifo = file("fifo");
    run("mkfifo", fifo.toString());
    try (Dataset dataset =
        Dataset.open(Source.of(data).raw(RawLayout.of(ElementType.named("|u1"))))) {
      DatasetShuffle shuffle =
          new DatasetShuffle(dataset, fifo).memoryBytes(64 << 20).replace(true);
      assertThatThrownBy(shuffle::run).isInstanceOf(PenstockException.class);
    }
    assertThat(names()).containsExactly("data", "fifo");
  }

  @Test
  void threadsThatMakeTheSameFileAreToldInWords() throws Exception {
    for (int round = 0; round < 100; round++) {
      Path target = file("x" + round);
      CyclicBarrier start = new CyclicBarrier(3);
      AtomicInteger made = new AtomicInteger();
      AtomicInteger refused = new AtomicInteger();
      Thread[] threads = new Thread[3];
      for (int i = 0; i < threads.length; i++) {
        threads[i] =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        start.await();
                        try (PartialFile file = PartialFile.create(target, false)) {
                          write(file);
                          file.commit();
                          made.incrementAndGet();
                        }
                      } catch (PenstockException e) {
                        refused.incrementAndGet();
                      } catch (Exception e) {
                        throw new AssertionError(e);
                      }
                    });
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(made).hasValue(1);
      assertThat(refused).hasValue(2);
      assertThat(names()).hasSize(round + 1);
    }
  }

  @Test
  void filesInAZipAreRefusedByName() throws IOException {
    Path zip = file("x.zip");
    try (FileSystem files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path inside = files.getPath("/x.npy");
      Files.write(inside, new byte[100]);
      List<Runnable> calls =
          List.of(
              () -> Source.of(inside),
              () -> Source.parse(inside),
              () -> Source.glob(inside.getParent(), "x.npy"),
              () -> Formats.open(inside),
              () -> Formats.parts(inside),
              () -> Dataset.open(inside),
              () -> PartialFile.create(inside, true),
              () -> NpyWriter.builder(inside, ElementType.UINT8).open(),
              () -> StateFile.write(inside, STATE),
              () -> StateFile.read(inside),
              () -> FileChecksums.of(inside, _ -> {}),
              () -> FolderIndex.open(inside, "*", file("index")),
              () -> FolderIndex.open(folder(), "*", inside));
      for (Runnable call : calls) {
        assertThatThrownBy(call::run)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("/x.npy: expected a file of the default file system")
            .hasMessageContaining("'jar'")
            .hasMessageContaining("x.zip");
      }
    }
  }
}
