package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.array.ElementType;
import io.penstock.checksum.RecordChecksums;
import io.penstock.format.RawLayout;
import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.partial.PartialFile;
import io.penstock.job.LoaderState;
import io.penstock.job.StateFile;
import io.penstock.write.NpyWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * An interrupt closes the channel of the JDK that its thread uses, for all others, too. None of
 * that may reach files that are read or written here.
 */
@Timeout(60)
class InterruptTest {
  private static final int RECORDS = 500;

  @TempDir Path directory;

  @AfterEach
  void forget() {
    Thread.interrupted();
  }

  /** Runs with the thread interrupted before, and finds it interrupted afterwards. */
  private static void interrupted(Runnable call) {
    Thread.currentThread().interrupt();
    call.run();
    assertThat(Thread.interrupted()).as("the thread is still interrupted").isTrue();
  }

  /** Record i is i, i + 1 times. */
  private Dataset texts() throws IOException {
    ByteBuffer values = ByteBuffer.allocate(4 * RECORDS * (RECORDS + 1) / 2);
    ByteBuffer offsets = ByteBuffer.allocate(8 * (RECORDS + 1));
    offsets.order(ByteOrder.LITTLE_ENDIAN).putLong(0);
    values.order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < RECORDS; i++) {
      for (int k = 0; k <= i; k++) {
        values.putInt(i);
      }
      offsets.putLong(values.position() / 4);
    }
    Path v = Files.write(directory.resolve("v"), values.array());
    Path o = Files.write(directory.resolve("o"), offsets.array());
    return Dataset.builder()
        .variable(
            "v",
            Source.of(v).raw(RawLayout.of(ElementType.named("<i4"))),
            Source.of(o).raw(RawLayout.of(ElementType.named("<i8"))))
        .open();
  }

  private static void assertWholeEpoch(Loader loader, int epoch) {
    int records = 0;
    for (Batch batch : loader.epoch(epoch)) {
      records += batch.size();
    }
    assertThat(records).isEqualTo(RECORDS);
  }

  @Test
  void aRecordThatIsReadMeanwhileIsWholeAndTheLoaderGoesOn() throws IOException {
    try (Dataset dataset = texts();
        Loader loader = dataset.loader().batchSize(50).memoryBytes(64 << 20).build()) {
      assertWholeEpoch(loader, 0);
      interrupted(
          () ->
              assertThat(dataset.record("v", 7).toArray(ValueLayout.JAVA_INT))
                  .containsOnly(7)
                  .hasSize(8));
      assertWholeEpoch(loader, 1);
    }
  }

  @Test
  void interruptsAtAnyMomentHurtNobody() throws Exception {
    try (Dataset dataset = texts();
        Loader loader = dataset.loader().batchSize(50).memoryBytes(64 << 20).build()) {
      AtomicBoolean isOver = new AtomicBoolean();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      Thread user =
          new Thread(
              () -> {
                try {
                  for (int i = 0; !isOver.get(); i = (i + 1) % RECORDS) {
                    int[] record = dataset.record("v", i).toArray(ValueLayout.JAVA_INT);
                    assertThat(record).hasSize(i + 1).containsOnly(i);
                    Thread.interrupted();
                  }
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      user.start();
      try {
        for (int epoch = 0; epoch < 5; epoch++) {
          user.interrupt();
          assertWholeEpoch(loader, epoch);
        }
      } finally {
        isOver.set(true);
        user.join();
      }
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void filesOfAFolderAreReadAndItsIndexIsMade() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    Files.writeString(folder.resolve("a"), "first");
    Files.writeString(folder.resolve("b"), "second");
    interrupted(() -> FolderIndex.open(folder, "*", FolderIndex.defaultFile(folder)));
    try (Dataset dataset = Dataset.open(folder)) {
      assertThat(dataset.record("folder", 0).byteSize()).isEqualTo(5);
      interrupted(
          () -> {
            byte[] bytes = dataset.record("folder", 1).toArray(ValueLayout.JAVA_BYTE);
            assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo("second");
          });
    }
  }

  @Test
  void aStateIsSavedAndReadInTheEnd() {
    Path file = directory.resolve("state");
    LoaderState state = LoaderState.of("0123456789abcdef", "order/1", 7, 3, 0, 128);
    interrupted(() -> StateFile.write(file, state, "a note"));
    interrupted(
        () -> {
          assertThat(StateFile.read(file)).isEqualTo(state);
          assertThat(StateFile.readNote(file)).isEqualTo("a note");
        });
    assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".new"));
  }

  @Test
  void aFileThatIsCompleteGetsItsName() {
    Path path = directory.resolve("x.npy");
    try (NpyWriter writer =
        NpyWriter.builder(path, ElementType.INT32).memoryBytes(64 << 10).open()) {
      writer.append(MemorySegment.ofArray(new int[100_000]));
      interrupted(writer::commit);
    }
    try (Dataset dataset = Dataset.open(path)) {
      assertThat(dataset.recordCount()).isEqualTo(100_000);
    }
  }

  @Test
  void aPartialFileIsWrittenAndCommitted() throws IOException {
    Path path = directory.resolve("x.json");
    try (PartialFile file = PartialFile.create(path, false)) {
      interrupted(
          () -> {
            try {
              file.channel().write(ByteBuffer.wrap(new byte[] {1, 2}));
              file.channel().write(StandardCharsets.US_ASCII.encode("3").asReadOnlyBuffer());
            } catch (IOException e) {
              throw new AssertionError(e);
            }
            file.commit();
          });
    }
    assertThat(path).hasBinaryContent(new byte[] {1, 2, '3'});
  }

  @Test
  void checksumsAreReadAndNoRecordIsTakenForADamagedOne() throws IOException {
    CheckedData data = CheckedData.write(directory, 100);
    try (Dataset dataset =
        Dataset.open(directory.resolve("images.npy"), directory.resolve("labels.npy"))) {
      interrupted(
          () -> {
            try (RecordChecksums checksums = RecordChecksums.open(data.checksums, dataset)) {
              Path file = directory.resolve("images.npy");
              checksums.forEachDamaged(
                  dataset,
                  file,
                  0,
                  file.toFile().length(),
                  (column, index) -> {
                    throw new AssertionError("not damaged: record " + index);
                  });
            }
          });
    }
  }
}
