package io.penstock.internal.index;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sections that are found in turns come out as they were put in, however many there are. */
class SpoolTest {
  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 700, 3000})
  void sectionsThatAreFoundInTurnsComeOutWhole(int count) throws IOException {
    Random random = new Random(count);
    List<ByteArrayOutputStream> expected = new ArrayList<>();
    List<Spool> spools = new ArrayList<>();
    try (SpoolFile file = new SpoolFile(dir)) {
      for (int i = 0; i < count; i++) {
        expected.add(new ByteArrayOutputStream());
        spools.add(new Spool(file));
      }
      for (long put = 0; put < (8 << 20); ) {
        int section = random.nextInt(count);
        byte[] some = new byte[random.nextInt(4000)];
        random.nextBytes(some);
        spools.get(section).put(ByteBuffer.wrap(some));
        expected.get(section).writeBytes(some);
        put += some.length;
      }
      assertTrue((long) file.pieceBytes() * count <= 32 << 20, "of all sections together");
      for (int i = 0; i < count; i++) {
        check(expected.get(i).toByteArray(), spools.get(i));
      }
    }
    try (var left = Files.list(dir)) {
      assertEquals(List.of(dir.resolve("target")), left.toList());
    }
  }

  private void check(byte[] expected, Spool spool) throws IOException {
    assertEquals(expected.length, spool.bytes());
    Path target = dir.resolve("target");
    try (FileChannel channel =
        FileChannel.open(
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      channel.position(64);
      IndexColumn.Section section = spool.copyTo(channel);
      assertEquals(64, section.offsetBytes());
      assertEquals(expected.length, section.bytes());
    }
    byte[] found = expected.length == 0 ? new byte[64] : Files.readAllBytes(target);
    assertArrayEquals(expected, Arrays.copyOfRange(found, 64, found.length));
  }

  @Test
  void numbersComeBackInOrder() throws IOException {
    try (SpoolFile file = new SpoolFile(dir)) {
      Spool spool = new Spool(file);
      for (long i = 0; i < 100_000; i++) {
        spool.putLong(i * i);
      }
      long[] next = new long[1];
      spool.forEachLong(number -> assertEquals(next[0] * next[0]++, number));
      assertEquals(100_000, next[0]);
    }
  }

  @Test
  void tooManyColumnsAreNamedWithTheContainer() throws IOException {
    Path container = dir.resolve("wide.arrow");
    try (FoundColumns found = new FoundColumns(container, dir)) {
      ElementType type = ElementType.parse("<i4");
      for (int i = 0; i < FoundColumns.MOST_COLUMNS; i++) {
        found.places("c" + i, type);
      }
      PenstockException problem =
          assertThrows(PenstockException.class, () -> found.places("more", type));
      assertTrue(problem.getMessage().startsWith(container.toString()), problem.getMessage());
      assertTrue(problem.getMessage().contains("at most 100000 columns"), problem.getMessage());
    }
  }

  /** A record of each, as a scan of a wide table finds them: a few hundred bytes for a column. */
  @Test
  void manyColumnsTakeLittleMemory() throws IOException {
    int columns = 20_000;
    try (FoundColumns found = new FoundColumns(dir.resolve("wide.arrow"), dir);
        FileChannel channel =
            FileChannel.open(
                dir.resolve("index"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      List<IndexBuilder.FoundPlaces> places = new ArrayList<>();
      for (int i = 0; i < columns; i++) {
        places.add(found.places("c" + i, ElementType.UINT8));
      }
      for (int record = 0; record < 200; record++) {
        for (int i = 0; i < columns; i++) {
          places.get(i).add(1000L * record + i, i % 7);
        }
      }
      List<IndexColumn> written = found.writeTo(channel);
      assertEquals(columns, written.size());
      IndexColumn last = written.getLast();
      ByteBuffer starts =
          ByteBuffer.wrap(Files.readAllBytes(dir.resolve("index"))).order(ByteOrder.LITTLE_ENDIAN);
      int at = (int) last.first().offsetBytes();
      for (int record = 0; record < 200; record++) {
        assertEquals(1000L * record + columns - 1, starts.getLong(at + 8 * record));
      }
    }
  }
}
