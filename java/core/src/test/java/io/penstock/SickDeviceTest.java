package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.error.BadRecord;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.wait.Patience;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A device that fails, or does not answer, under the whole library: files on a file system of ours.
 */
@Timeout(120)
@NamesNativeWays
class SickDeviceTest {
  private static final int RECORDS = 4000;
  private static final int RECORD_BYTES = 500;

  @TempDir Path scratch;

  private TestArray images;
  private FaultyFileSystem device;

  @BeforeEach
  void mount() throws Exception {
    Path data = Files.createDirectory(scratch.resolve("data"));
    images = TestArray.random(data.resolve("images.npy"), RECORDS, RECORD_BYTES, 1);
    TestArray.random(data.resolve("labels.npy"), RECORDS, 1, 2);
    device = new FaultyFileSystem(data, scratch);
    System.setProperty(Patience.PROPERTY, "1");
    System.setProperty("penstock.closeSeconds", "1");
  }

  @AfterEach
  void unmount() throws Exception {
    System.clearProperty(Patience.PROPERTY);
    System.clearProperty("penstock.closeSeconds");
    if (device != null) {
      device.unmount();
    }
  }

  private Dataset open() {
    return Dataset.open(device.path("images.npy"), device.path("labels.npy"));
  }

  private static LoaderBuilder loader(Dataset dataset, String flags) {
    return dataset.loader().batchSize(64).memoryBytes(8 << 20).readahead(Readahead.parse(flags));
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend=pread", "backend=uring", ""})
  void buildingEndsWhenTheDeviceDoesNotAnswerAndHoldsNobodyUp(String flags) throws Exception {
    Dataset dataset = open();
    device.be("hang");
    CompletableFuture<Loader> building =
        CompletableFuture.supplyAsync(() -> loader(dataset, flags).build());
    assertThat(dataset.files()).hasSize(2);
    dataset.check();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> building.get(60, TimeUnit.SECONDS))
        .havingCause()
        .isInstanceOf(PenstockException.class)
        .withMessageContaining("expected an answer of the device within 1 seconds")
        .matches(e -> ((PenstockException) e).statusName().orElse("").equals("ETIMEDOUT"))
        .matches(e -> ((PenstockException) e).kind() == ErrorKind.NO_ANSWER);
    assertThatExceptionOfType(PenstockException.class).isThrownBy(dataset::close);
    device.be("ok");
    closeAtLast(dataset);
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend=pread", "backend=uring"})
  void anInterruptEndsBuildingAndNothingElse(String flags) throws Exception {
    System.setProperty(Patience.PROPERTY, "600");
    Dataset dataset = open();
    device.be("hang");
    CompletableFuture<String> message = new CompletableFuture<>();
    Thread builder =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    loader(dataset, flags).build().close();
                    message.complete("it was built");
                  } catch (PenstockException e) {
                    message.complete(e.getMessage() + Thread.currentThread().isInterrupted());
                  }
                });
    while (builder.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    builder.interrupt();
    assertThat(message.get(60, TimeUnit.SECONDS)).startsWith("interrupted while").endsWith("true");
    device.be("ok");
    try (Loader loader = loader(dataset, flags).build()) {
      assertThat(loader.epoch(0).iterator().next().size()).isEqualTo(64);
    }
    System.setProperty(Patience.PROPERTY, "30");
    closeAtLast(dataset);
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend=pread", "backend=uring"})
  void closingInTheMiddleOfAnEpochIsBoundedAndWorksWhenTheDeviceIsBack(String flags)
      throws Exception {
    Dataset dataset = open();
    assumeTrue(
        dataset.files().getFirst().directOffsetAlignmentBytes() > 0,
        "this file system has no direct reads");
    // Direct, as the kernel reads ahead of buffered reads; and the samples of the contents are read
    // first: what hangs is then a read of the loader.
    Loader loader =
        loader(dataset, flags + ",io=direct,prefetchBatches=2").shuffle(Shuffle.NONE).build();
    dataset.fingerprint();
    Iterator<Batch> batches = loader.epoch(0).iterator();
    batches.next();
    device.be("hang");
    CountDownLatch ended = new CountDownLatch(1);
    Thread consumer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (batches.hasNext()) {
                      batches.next().close();
                    }
                  } catch (IllegalStateException e) {
                    ended.countDown();
                  }
                });
    device.awaitHeld();
    while (consumer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(loader::close)
        .withMessageContaining("while the loader was being closed")
        .withMessageContaining("close it again then");
    ended.await(); // The consumer was told at once.
    assertThatExceptionOfType(PenstockException.class).isThrownBy(dataset::close);
    device.be("ok");
    closeAtLast(dataset);
    loader.close();
  }

  @Test
  void whatAsksAboutFilesEndsWhenTheFileServerDoesNotAnswer() throws Exception {
    Dataset dataset = open();
    device.be("hangall");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(dataset::check)
        .withMessageContaining("while the files were being checked");
    System.setProperty(Patience.PROPERTY, "600");
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(dataset::check)
        .withMessage("interrupted while the files were being checked");
    assertThat(Thread.interrupted()).isTrue();
    System.setProperty(Patience.PROPERTY, "1");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(dataset::close)
        .withMessageContaining("calls on it have not come back");
    device.be("ok");
    closeAtLast(dataset);
  }

  @ParameterizedTest
  @ValueSource(strings = {"backend=pread", "backend=uring", "backend=pread,ioThreads=2"})
  void theFirstFailureOfADeadDeviceIsToldAfterFewReads(String flags) throws Exception {
    try (Dataset dataset = Dataset.open(device.path("images.npy"));
        Loader loader = loader(dataset, flags).build()) {
      device.be("eio 50 4096 1000000000000");
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(() -> drain(loader))
          .withMessageContaining("EIO");
      // A read and a second try; of uring all that are in flight. Threads go on with what follows
      // until the loader is closed. Record by record it would be two for each of 4000.
      assertThat(device.failedReads()).isLessThan(flags.contains("uring") ? 1200 : 150);
      device.be("ok");
      assertThat(drain(loader)).isEqualTo(RECORDS);
    }
  }

  private static long drain(Loader loader) {
    long records = 0;
    for (Batch batch : loader.epoch(0)) {
      records += batch.size();
    }
    return records;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "backend=pread,io=buffered",
        "backend=uring,io=buffered",
        "backend=uring,io=direct",
        "backend=pread,io=direct"
      })
  void oneBadSectorCostsTheRecordsInItAndNoOthers(String flags) throws Exception {
    long begin = images.offsetBytes(1234) + 100;
    long end = begin + 900;
    byte[] all = images.all();
    device.be("eio 0 %d %d".formatted(begin, end));
    Set<Long> seen = new TreeSet<>();
    try (Dataset dataset = Dataset.open(device.path("images.npy"))) {
      Readahead readahead = Readahead.parse(flags);
      assumeTrue(
          readahead.io() != Readahead.Io.DIRECT
              || dataset.files().getFirst().directOffsetAlignmentBytes() > 0,
          "this file system has no direct reads");
      try (Loader loader = loader(dataset, flags).badRecordPolicy(BadRecordPolicy.SKIP).build()) {
        for (Batch batch : loader.epoch(0)) {
          byte[] bytes = batch.column(0).toArray(ValueLayout.JAVA_BYTE);
          for (int i = 0; i < batch.size(); i++) {
            int at = Math.toIntExact(batch.index(i) * RECORD_BYTES);
            assertThat(Arrays.copyOfRange(bytes, i * RECORD_BYTES, (i + 1) * RECORD_BYTES))
                .isEqualTo(Arrays.copyOfRange(all, at, at + RECORD_BYTES));
            assertThat(seen.add(batch.index(i))).isTrue();
          }
        }
        assertThat(loader.badRecords()).extracting(BadRecord::index).containsOnly(1234L, 1235L);
      }
    }
    assertThat(seen).hasSize(RECORDS - 2).doesNotContain(1234L, 1235L);
  }

  /** What a device holds ends when it answers, which is soon now. */
  private static void closeAtLast(Dataset dataset) throws IOException {
    for (int tries = 0; ; tries++) {
      try {
        dataset.close();
        return;
      } catch (PenstockException e) {
        assertThat(tries).as(e.getMessage()).isLessThan(60);
      }
    }
  }
}
