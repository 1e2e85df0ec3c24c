package io.penstock.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ElementType;
import io.penstock.internal.partial.PartialFile;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What other processes left is told from what they still have, deleted, or continued. */
@Timeout(120)
class PartialFileTest {
  @TempDir Path directory;
  private Path target;

  @BeforeEach
  void name() {
    target = directory.resolve("x.npy");
  }

  private List<Path> partials() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().contains(".penstock-partial-")).toList();
    }
  }

  /** Another process, which holds the lock of a file that it makes until it is killed. */
  private Process other(Object... arguments) throws IOException {
    List<String> command =
        Stream.concat(
                Stream.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    classPath(),
                    "io.penstock.write.Holder",
                    target.toString()),
                Stream.of(arguments).map(Object::toString))
            .toList();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    assertThat(process.getInputStream().read()).as("a line when it is ready").isEqualTo('r');
    return process;
  }

  /** Whether these are directories or jars: where the classes came from that run here. */
  private static String classPath() {
    return Stream.of(NpyWriter.class, Holder.class)
        .map(type -> type.getProtectionDomain().getCodeSource().getLocation().getPath())
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void whatAKilledProcessLeftIsDeletedByTheNext() throws Exception {
    Process other = other("append", 100);
    assertThat(partials()).hasSize(1);
    try (PartialFile mine = PartialFile.create(target, false)) {
      // The other one lives: both are there.
      assertThat(partials()).hasSize(2).contains(mine.path());
    }
    other.destroyForcibly().waitFor();
    assertThat(partials()).hasSize(1);
    assertThat(target).doesNotExist();
    try (PartialFile mine = PartialFile.create(target, false)) {
      assertThat(partials()).containsExactly(mine.path());
      mine.channel().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      mine.commit();
    }
    assertThat(partials()).isEmpty();
    assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
  }

  @Test
  void aProcessThatIsEndedInOrderDeletesItsFile() throws Exception {
    Process other = other("append", 100);
    // Process.destroy would also close its input, at whose end it ends by itself.
    other.toHandle().destroy();
    assertThat(other.waitFor()).isEqualTo(128 + 15);
    assertThat(partials()).isEmpty();
  }

  @Test
  void aResumableFileIsContinuedByTheSameJobOnly() throws Exception {
    for (String job : List.of("job", "another")) {
      Process other = other("resume", 20 << 20, "job");
      other.destroyForcibly().waitFor();
      assertThat(partials()).hasSize(1);
      try (NpyWriter writer = writer(job)) {
        long appended = writer.appendedRecords();
        assertThat(partials()).hasSize(1);
        if (!job.equals("job")) {
          assertThat(appended).isZero();
          continue;
        }
        // Saved each 16 MiB: records of 1 MiB.
        assertThat(appended).isEqualTo(16);
        writer.append(MemorySegment.ofArray(Holder.record(16)));
        writer.commit();
        assertWhole(17);
      }
      Files.delete(target);
    }
    assertThat(partials()).isEmpty();
  }

  private NpyWriter writer(String job) {
    return NpyWriter.builder(target, ElementType.UINT8, Holder.RECORD_BYTES).resumable(job).open();
  }

  private void assertWhole(int records) throws IOException {
    try (var file = Files.newInputStream(target)) {
      file.skipNBytes(NpyHeader.DATA_OFFSET);
      for (int i = 0; i < records; i++) {
        assertThat(file.readNBytes(Holder.RECORD_BYTES)).isEqualTo(Holder.record(i));
      }
      assertThat(file.read()).isEqualTo(-1);
    }
  }

  @Test
  void damagedProgressIsNoProgress() throws Exception {
    Process other = other("resume", 20 << 20, "job");
    other.destroyForcibly().waitFor();
    Path partial = partials().getFirst();
    byte[] text = "penstock-partial 1 0 7 00000000\n".getBytes(StandardCharsets.US_ASCII);
    try (var file = Files.newByteChannel(partial, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.wrap(text));
    }
    try (NpyWriter writer = writer("job")) {
      assertThat(writer.appendedRecords()).isZero();
    }
    assertThat(partials()).isEmpty();
  }

  @Test
  void theSecondNameOfAWholeFileIsNotContinuedButDeleted() throws Exception {
    Files.write(target, new PartialProgress("'|u1' -1 job").page(0));
    Path second = directory.resolve(".x.npy.penstock-partial-00000000");
    Files.createLink(second, target);
    try (NpyWriter writer =
        NpyWriter.builder(target, ElementType.UINT8).resumable("job").replace(true).open()) {
      assertThat(second).doesNotExist();
      writer.append(MemorySegment.ofArray(new byte[10]));
    }
    assertThat(target).hasSize(NpyHeader.DATA_OFFSET);
  }

  @Test
  void commitIsOnce() {
    PartialFile file = PartialFile.create(target, false);
    file.commit();
    assertThatThrownBy(file::commit).isInstanceOf(IllegalStateException.class);
    file.close();
    assertThat(target).exists();
  }
}
