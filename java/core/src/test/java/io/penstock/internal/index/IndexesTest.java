package io.penstock.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.RecordLayout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An index is made once, believed only as long as it is that of the file, and never in anybody's
 * way. The container here is a list of records, each a length of 32 bits and that many bytes.
 */
class IndexesTest {
  @TempDir private Path folder;
  private final AtomicInteger scans = new AtomicInteger();
  private Path container;

  private final Scan scan = new PrefixScan("prefix 1");

  private final class PrefixScan implements Scan {
    private final String id;

    PrefixScan(String id) {
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void run(ScanInput in, IndexBuilder found) {
      scans.incrementAndGet();
      IndexBuilder.FoundPlaces records = found.places("", ElementType.UINT8);
      IndexBuilder.FoundPlaces odd = found.places("odd", ElementType.UINT8);
      IndexBuilder.FoundRuns heads = found.runs("head", ElementType.parse("<u4"), Shape.SCALAR);
      IndexBuilder.CopiedValues lengths =
          found.values("length", ElementType.parse("<i8"), Shape.SCALAR);
      IndexBuilder.Texts names = found.texts("name");
      while (in.remaining() > 0) {
        long at = in.position();
        int length = in.peek(4, "a length").getInt(0);
        in.skip(4);
        in.file().checkHas(in.position(), length, "a record");
        records.add(in.position(), length);
        heads.add(at, 1, 1);
        if (length % 2 == 1) {
          odd.add(in.position(), length);
        } else {
          odd.addMissing();
        }
        lengths.add(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).flip());
        names.add(("r" + records.count()).getBytes(StandardCharsets.UTF_8));
        in.skip(length);
      }
      found.fact("sum", String.valueOf(in.sizeBytes()));
    }
  }

  @BeforeEach
  void make() throws IOException {
    container = folder.resolve("data.prefix");
    write(1, 2, 300, 0, 5);
  }

  @AfterEach
  void forget() {
    System.clearProperty(IndexPlaces.PROPERTY);
  }

  private void write(int... lengths) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int length : lengths) {
      bytes.putInt(length);
      for (int i = 0; i < length; i++) {
        bytes.put((byte) length);
      }
    }
    byte[] all = new byte[bytes.position()];
    bytes.flip().get(all);
    Files.write(container, all);
  }

  private IndexedContents open() {
    return open(scan);
  }

  private IndexedContents open(Scan with) {
    try (OpenFile file = OpenFile.open(container)) {
      return Indexes.contents(file, with);
    }
  }

  private Path index() {
    return folder.resolve("data.prefix.penstock-index");
  }

  private static List<Long> numbers(ArrayLayout layout) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.wrap(Files.readAllBytes(layout.path())).order(ByteOrder.LITTLE_ENDIAN);
    List<Long> numbers = new ArrayList<>();
    for (ArrayLayout.Run run : layout.runs()) {
      for (int i = 0; i < run.recordCount(); i++) {
        int at = (int) (run.offsetBytes() + i * run.strideBytes());
        numbers.add(layout.elementType().sizeBytes() == 4 ? bytes.getInt(at) : bytes.getLong(at));
      }
    }
    return numbers;
  }

  @Test
  void givesAllKindsOfColumns() throws IOException {
    IndexedContents contents = open();

    assertThat(contents.variableNames()).containsExactly("", "odd", "name");
    assertThat(contents.parts()).extracting(part -> part.name()).containsExactly("head", "length");
    assertThat(contents.fact("sum")).contains(String.valueOf(Files.size(container)));
    RecordLayout.ByIndex records = (RecordLayout.ByIndex) contents.variable("");
    assertThat(numbers(records.starts())).containsExactly(4L, 9L, 15L, 319L, 323L);
    assertThat(numbers(records.lengths())).containsExactly(1L, 2L, 300L, 0L, 5L);
    assertThat(records.dataBytes()).isEqualTo(308);
    assertThat(records.values().dataOffset()).isEqualTo(4);
    assertThat(records.values().recordCount()).isEqualTo(324);
    RecordLayout.ByIndex odd = (RecordLayout.ByIndex) contents.variable("odd");
    assertThat(numbers(odd.lengths())).containsExactly(1L, -1L, -1L, -1L, 5L);
    assertThat(odd.missing()).isEqualTo(3);
    assertThat(numbers(contents.find("head").orElseThrow().layout()))
        .containsExactly(1L, 2L, 300L, 0L, 5L);
    assertThat(numbers(contents.find("length").orElseThrow().layout()))
        .containsExactly(1L, 2L, 300L, 0L, 5L);
    RecordLayout.ByIndex names = (RecordLayout.ByIndex) contents.variable("name");
    assertThat(numbers(names.lengths())).containsOnly(2L);
    long second = names.baseBytes() + numbers(names.starts()).get(1);
    byte[] index = Files.readAllBytes(names.values().path());
    assertThat(new String(index, (int) second, 2, StandardCharsets.UTF_8)).isEqualTo("r2");
  }

  @Test
  void isMadeOnceAndKeptBesideTheContainer() {
    open();
    open();

    assertThat(scans).hasValue(1);
    assertThat(index()).exists();
    assertThat(folder.toFile().list())
        .containsExactlyInAnyOrder("data.prefix", index().getFileName().toString());
  }

  @Test
  void aContainerWithoutRecordsHasColumnsWithout() throws IOException {
    write();

    assertThat(open().variable("").recordCount()).isZero();
    assertThat(open().find("head").orElseThrow().layout().recordCount()).isZero();
  }

  @Test
  void isMadeAgainAfterTheContainerChanged() throws IOException {
    open();
    write(7, 7);
    Files.setLastModifiedTime(container, FileTime.from(Instant.now().plusSeconds(5)));

    assertThat(open().variable("").recordCount()).isEqualTo(2);
    assertThat(scans).hasValue(2);
  }

  @Test
  void isMadeAgainForAnotherVersionOfTheScan() {
    open();
    open(new PrefixScan("prefix 2"));

    assertThat(scans).hasValue(2);
  }

  @Test
  void isMadeAgainAfterItWasDeleted() throws IOException {
    open();
    Files.delete(index());

    assertThat(open().variable("").recordCount()).isEqualTo(5);
    assertThat(scans).hasValue(2);
    assertThat(index()).exists();
  }

  /** Whatever byte is damaged, the index is not believed. */
  @Test
  void isNeverBelievedIfDamaged() throws IOException {
    open();
    byte[] good = Files.readAllBytes(index());
    int made = 1;
    for (int at = 8; at < good.length; at += 41) {
      byte[] bad = good.clone();
      bad[at] ^= 0x10;
      Files.write(index(), bad);
      Files.setLastModifiedTime(index(), FileTime.from(Instant.now().plusSeconds(at)));
      if (IndexFile.read(index()).isPresent()) {
        assertThat(good[at]).as("byte %d, between sections", at).isZero();
        continue;
      }
      assertThat(numbers(((RecordLayout.ByIndex) open().variable("")).lengths()))
          .containsExactly(1L, 2L, 300L, 0L, 5L);
      assertThat(scans).hasValue(++made);
    }
    assertThat(made).isGreaterThan(10);
  }

  @Test
  void isNeverBelievedIfCutShort() throws IOException {
    open();
    byte[] good = Files.readAllBytes(index());
    for (int length = 0; length < good.length; length += 37) {
      Files.write(index(), Arrays.copyOf(good, length));
      assertThat(IndexFile.read(index())).as("%d bytes", length).isEmpty();
    }
  }

  @Test
  void leavesAnotherFileInItsPlaceAlone() throws IOException {
    Files.writeString(index(), "the notes of somebody");

    assertThatThrownBy(this::open)
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("found another file")
        .hasMessageContaining("--index-dir");
    assertThat(index()).hasContent("the notes of somebody");
  }

  @Test
  void liesInTheDirectoryThatIsNamed() {
    Path named = folder.resolve("indexes");
    System.setProperty(IndexPlaces.PROPERTY, named.toString());

    open();

    assertThat(index()).doesNotExist();
    assertThat(named.toFile().list()).hasSize(1);
  }

  @Test
  void manyThreadsScanOnce() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(8)) {
      Callable<Long> opening = () -> open().variable("").recordCount();
      for (Future<Long> opened : pool.invokeAll(Collections.nCopies(32, opening))) {
        assertThat(opened.get()).isEqualTo(5);
      }
    }
    assertThat(scans).hasValue(1);
  }

  @Test
  void whatIsWrongWithTheContainerIsTold() throws IOException {
    Files.write(container, new byte[] {9, 0, 0, 0, 1});

    assertThatThrownBy(this::open)
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a record");
    assertThat(folder.toFile().list()).containsExactly("data.prefix");
  }

  @Test
  void anUnfinishedFileOfAKilledProcessIsNoObstacle() throws IOException {
    Files.writeString(folder.resolve(".data.prefix.penstock-index.partial"), "cut sho");

    assertThat(open().variable("").recordCount()).isEqualTo(5);
    assertThat(folder.toFile().list()).hasSize(2);
  }

  @Test
  void anInterruptEndsTheWaiting() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(this::open)
          .isInstanceOf(PenstockException.class)
          .extracting(e -> ((PenstockException) e).kind())
          .isEqualTo(ErrorKind.INTERRUPTED);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(open().variable("").recordCount()).isEqualTo(5);
  }

  @Test
  void aColumnThatIsTakenBackIsNotInTheIndexAndLeavesItsNameToAnother() throws IOException {
    Scan late =
        new Scan() {
          @Override
          public String id() {
            return "late 1";
          }

          @Override
          public void run(ScanInput in, IndexBuilder found) {
            IndexBuilder.CopiedValues first = found.values("x", ElementType.UINT8, Shape.SCALAR);
            IndexBuilder.FoundPlaces second = found.places("x", ElementType.UINT8);
            for (int i = 0; i < 100_000; i++) {
              first.add(ByteBuffer.wrap(new byte[1]));
              second.add(0, 1);
            }
            first.discard();
          }
        };
    try (OpenFile file = OpenFile.open(container)) {
      IndexedContents contents = Indexes.contents(file, late);
      assertThat(contents.parts()).isEmpty();
      assertThat(contents.variable("x").recordCount()).isEqualTo(100_000);
    }
  }

  /** As a process that has seen no index, and then waited for another one to finish. */
  @Test
  void whoComesLateTakesTheIndexOfAnotherAndLeavesNothing() throws IOException {
    open();
    try (OpenFile file = OpenFile.open(container)) {
      IndexFile.Container now =
          new IndexFile.Container(scan.id(), file.fileBytes(), file.modified());

      IndexFile index = new IndexMaker(container, scan, now).make(List.of(index()));

      assertThat(index.container()).isEqualTo(now);
    }
    assertThat(scans).hasValue(1);
    assertThat(folder.toFile().list()).hasSize(2);
  }
}
