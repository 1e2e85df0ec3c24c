package io.penstock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Shuffle;
import io.penstock.transform.RecordTransform;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What kind of failure a program is told, of what really happened. */
@NamesNativeWays
class ErrorKindTest {
  @TempDir Path directory;

  @Test
  void aFileThatIsMissingOrADirectoryIsNotAccessible() {
    assertKind(() -> Dataset.open(directory.resolve("none.npy")), ErrorKind.NO_ACCESS);
    assertKind(() -> Dataset.open(directory), ErrorKind.NO_ACCESS);
    assertKind(() -> Dataset.open(directory.resolve("none-*.npy")), ErrorKind.NO_ACCESS);
  }

  @Test
  void contentsOfNoKnownFormatAndDamagedHeadersAreOfTheWrongFormat() throws IOException {
    Path text = Files.writeString(directory.resolve("x.txt"), "no array at all\n");
    Path cut = Files.write(directory.resolve("y.npy"), new byte[] {(byte) 0x93, 'N', 'U', 'M'});
    TestArray array = array("z.npy", 100, 64);
    array.cutWithin(50);

    assertKind(() -> Dataset.open(text), ErrorKind.WRONG_FORMAT);
    assertKind(() -> Dataset.open(cut), ErrorKind.WRONG_FORMAT);
    assertKind(() -> Dataset.open(array.path()), ErrorKind.WRONG_FORMAT);
  }

  @Test
  void columnsOfDifferentLengthsDoNotBelongTogether() {
    TestArray few = array("few.npy", 10, 8);
    TestArray many = array("many.npy", 11, 8);
    assertKind(
        () -> Dataset.builder().column("x", few.path()).column("y", many.path()).open(),
        ErrorKind.MISMATCH);
  }

  @Test
  void aFileThatIsCutShortWhileItIsInUseWasChanged() {
    TestArray array = array("x.npy", 100, 4096);
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = loader(dataset)) {
      array.cutWithin(2);
      assertKind(dataset::check, ErrorKind.FILE_CHANGED);
      assertKind(() -> loader.epoch(0).forEach(_ -> {}), ErrorKind.FILE_CHANGED);
    }
  }

  @Test
  void aRecordThatDiffersFromItsChecksumIsDamaged() throws IOException {
    CheckedData data = CheckedData.write(directory, 20);
    data.images.flipBit(0);
    try (Dataset dataset = data.open();
        Loader loader =
            dataset
                .loader()
                .batchSize(1)
                .shuffle(Shuffle.NONE)
                .memoryBytes(1 << 20)
                .verify(data.checksums)
                .build()) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      PenstockException failure = assertKind(batches::next, ErrorKind.DAMAGED_RECORD);
      assertThat(failure.recordIndex()).hasValue(0);
      assertThat(batches.next().index(0)).isEqualTo(1);
    }
  }

  @Test
  void anInterruptOfTheThreadThatWaitsIsTold() {
    TestArray array = array("x.npy", 100, 64);
    CountDownLatch isOver = new CountDownLatch(1);
    RecordTransform waits = _ -> isOver.await();
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = transformed(dataset, waits)) {
      Iterator<Batch> batches = loader.epoch(0).iterator();
      Thread.currentThread().interrupt();
      try {
        assertKind(batches::next, ErrorKind.INTERRUPTED);
        assertThat(Thread.interrupted()).as("the thread is still interrupted").isTrue();
      } finally {
        isOver.countDown();
      }
      assertThat(batches.next().size()).isEqualTo(10);
    }
  }

  @Test
  void aTransformThatThrowsIsTold() {
    TestArray array = array("x.npy", 100, 64);
    RecordTransform fails =
        _ -> {
          throw new IOException("no luck");
        };
    try (Dataset dataset = Dataset.open(array.path());
        Loader loader = transformed(dataset, fails)) {
      assertKind(() -> loader.epoch(0).iterator().next(), ErrorKind.TRANSFORM_FAILED);
    }
  }

  @Test
  void aWayOfReadingThatTheDataDoesNotAllowIsNotSupported() throws IOException {
    String text = "{'descr': '<i4', 'fortran_order': True, 'shape': (3, 2), }";
    ByteBuffer npy = ByteBuffer.allocate(128 + 24).order(ByteOrder.LITTLE_ENDIAN);
    npy.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII)).putShort((short) 118);
    npy.put((text + " ".repeat(117 - text.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
    try (Dataset dataset =
        Dataset.open(Files.write(directory.resolve("columns.npy"), npy.array()))) {
      assertKind(
          () -> dataset.loader().batchSize(1).readahead(Readahead.parse("backend=uring")).build(),
          ErrorKind.UNSUPPORTED);
    }
  }

  private static Loader transformed(Dataset dataset, RecordTransform transform) {
    return dataset
        .loader()
        .batchSize(10)
        .memoryBytes(1 << 20)
        .transform("x", OutputColumn.of("y", ElementType.UINT8), transform)
        .build();
  }

  private TestArray array(String name, long records, int bytes) {
    return TestArray.random(directory.resolve(name), records, bytes, 1);
  }

  private static Loader loader(Dataset dataset) {
    return dataset.loader().batchSize(10).memoryBytes(1 << 20).build();
  }

  private static PenstockException assertKind(ThrowingCallable call, ErrorKind kind) {
    PenstockException failure = catchThrowableOfType(PenstockException.class, call);
    assertThat(failure).as("a PenstockException").isNotNull();
    assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
    return failure;
  }
}
