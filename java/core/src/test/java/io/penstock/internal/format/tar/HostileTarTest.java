package io.penstock.internal.format.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.error.PenstockException;
import io.penstock.format.Hostile;
import io.penstock.internal.format.tar.FoundSamples.Place;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Archives that are damaged or made to do harm: what is found lies in the file, or there is a
 * PenstockException of one line.
 */
class HostileTarTest {
  private static final long WITHIN_BYTES = 64 << 20;

  @TempDir Path directory;

  /** One of everything. */
  private static byte[] archive() {
    return new TarFiles()
        .pax('g', "comment", "x")
        .file("a.jpg", "abc")
        .pax('x', "path", "a.cls", "size", "4")
        .file("cut", "abcd")
        .member("././@LongLink", 'L', "b.jpg\0")
        .file("cut", "x".repeat(600))
        .file("b.cls", "")
        .end()
        .bytes();
  }

  private FoundSamples scan(byte[] tar, int length) {
    Path path = Hostile.write(directory.resolve("x.tar"), tar, length);
    return FoundSamples.of(path);
  }

  /** True if anything is found. */
  private boolean isSound(byte[] tar, int length) {
    try {
      FoundSamples found = scan(tar, length);
      int count = found.keys().size();
      assertThat(found.places()).isNotEmpty();
      found.places().values().forEach(places -> assertThat(places).hasSize(count));
      found.places().values().stream()
          .flatMap(places -> places.stream())
          .filter(place -> !place.equals(Place.MISSING))
          .forEach(
              place -> {
                assertThat(place.bytes()).isBetween(0L, (long) length);
                assertThat(place.offset()).isBetween(512L, length - place.bytes());
              });
      return true;
    } catch (PenstockException e) {
      assertThat(e.getMessage()).contains("x.tar: ").doesNotContain("\n");
      assertThat(e.getMessage().length()).isLessThan(1200);
      return false;
    }
  }

  @Test
  void archivesThatAreCutAreReadUpToTheirLastWholeMemberOrRefused() {
    byte[] tar = archive();
    int readable = 0;
    for (int length = 0; length < tar.length; length++) {
      readable += isSound(tar, length) ? 1 : 0;
    }
    // After the data of a.jpg, of a.cls, of b.jpg, each up to the next header; after b.cls; and
    // once the first block of zeros is there.
    assertThat(readable).isEqualTo((512 - 3 + 1) + (512 - 4 + 1) + (1024 - 600 + 1) + 1 + 512);
  }

  @Test
  void changedBytesAreFoundOrHarmless() {
    byte[] tar = archive();
    assertThat(isSound(tar, tar.length)).isTrue();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 4000; i++) {
      byte[] changed = tar.clone();
      int block = random.nextInt(tar.length / 512) * 512;
      for (int change = random.nextInt(1, 5); change > 0; change--) {
        changed[block + random.nextInt(512)] = (byte) random.nextInt();
      }
      // With a checksum that is right, the fields themselves are looked at.
      if (random.nextBoolean()) {
        byte[] header = Arrays.copyOfRange(changed, block, block + 512);
        System.arraycopy(TarFiles.summed(header, random.nextBoolean()), 0, changed, block, 512);
      }
      isSound(changed, changed.length);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "800000000000000000000001",
        "80000000000fffffffffffff",
        "800000007fffffffffffffff",
        "800000008000000000000000",
        "80ffffffffffffffffffffff",
        "ffffffffffffffffffffffff",
        "c00000000000000000000000",
        "373737373737373737373737",
        "3030303030303020303030",
        "2d30303030303030303031",
        "393030303030303030303000",
        "303030303030303030303178",
      })
  void sizesThatCannotBeAreRefused(String field) {
    for (char type : new char[] {'0', 'L', 'K', 'x', 'g', 'S', 'V'}) {
      byte[] header = new TarFiles().header("b.jpg", type, 0);
      ByteBuffer.wrap(header).put(124, Arrays.copyOf(HexFormat.of().parseHex(field), 12));
      byte[] tar = new TarFiles().file("a.jpg", "").header(header).bytes();
      long allocated =
          Hostile.allocatedBytes(
              () ->
                  assertThatThrownBy(() -> scan(tar, tar.length))
                      .isInstanceOf(PenstockException.class)
                      .hasMessageContaining("at"));
      assertThat(allocated).isLessThan(WITHIN_BYTES);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10 path=a",
        "9999999999 path=a\n",
        "4 =\n",
        " path=a\n",
        "x path=a\n",
        "5 ab\n",
        "2 ",
        "10",
        "9 size=a\n",
        "10 size=-1\n",
        "28 size=9999999999999999999\n",
        "0 path=a\n",
        "3 a=b\n"
      })
  void paxHeadersThatAreMalformedAreRefused(String records) {
    byte[] tar = new TarFiles().member("x", 'x', records).file("a.jpg", "").end().bytes();
    assertThatThrownBy(() -> scan(tar, tar.length))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected a pax header at byte 0");
  }

  @Test
  void headersThatBelongToNothingAreRefused() {
    TarFiles tar = new TarFiles().file("a.jpg", "").member("x", 'L', "b.jpg");
    byte[] open = tar.bytes();
    assertThatThrownBy(() -> scan(open, open.length))
        .hasMessageContaining("cut short")
        .hasMessageContaining("the header of a member");
    byte[] ended = tar.end().bytes();
    assertThatThrownBy(() -> scan(ended, ended.length)).hasMessageContaining("found other bytes");
    byte[] global = new TarFiles().pax('g', "path", "b.jpg").file("a.jpg", "").end().bytes();
    assertThatThrownBy(() -> scan(global, global.length)).hasMessageContaining("header for all");
  }

  @Test
  void manySmallHeadersTakeNoMemory() {
    TarFiles tar = new TarFiles();
    for (int i = 0; i < 2000; i++) {
      tar.member("x", 'L', "l".repeat(4000)).pax('x', "path", "p".repeat(4000));
    }
    byte[] bytes = tar.file("a.jpg", "").end().bytes();
    long allocated =
        Hostile.allocatedBytes(() -> assertThat(isSound(bytes, bytes.length)).isFalse());
    assertThat(allocated).isLessThan(WITHIN_BYTES);
  }

  @Test
  void namesForTerminalsAreHarmless() {
    byte[] tar = new TarFiles().member("\033[31m\n.jpg", '2', "").end().bytes();
    assertThatThrownBy(() -> scan(tar, tar.length))
        .hasMessageContaining("\\x1b[31m\\x0a.jpg")
        .satisfies(
            e ->
                assertThat(e.getMessage().getBytes(StandardCharsets.UTF_8))
                    .doesNotContain(0x1b)
                    .doesNotContain('\n'));
  }
}
