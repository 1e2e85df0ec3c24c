package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Small pieces of a file, and how many reads they take. */
final class NearbyBytesTest {
  private static final int PIECE = 120;

  private final byte[] file = new byte[1 << 20];
  private int reads;
  private final NearbyBytes nearby = new NearbyBytes(this::read);

  NearbyBytesTest() {
    new SplittableRandom(1).nextBytes(file);
  }

  /** As files of a network do: fewer bytes than were asked for. */
  private int read(ByteBuffer bytes, long position) {
    reads++;
    int count = Math.min(Math.min(bytes.remaining(), 9000), (int) (file.length - position));
    if (count <= 0) {
      return -1;
    }
    bytes.put(file, (int) position, count);
    return count;
  }

  private boolean isRight(int position, int count) throws IOException {
    byte[] bytes = new byte[count];
    if (!nearby.fill(position, bytes)) {
      return false;
    }
    assertThat(bytes).isEqualTo(Arrays.copyOfRange(file, position, position + count));
    return true;
  }

  @Test
  void neighboursAreReadTogether() throws IOException {
    assertThat(isRight(0, PIECE)).isFalse(); // Nobody knows yet whether there are more.
    for (int at = 300; at <= file.length - PIECE; at += 300) {
      assertThat(isRight(at, PIECE)).as("at %d", at).isTrue();
    }
    // 64 KiB take 8 reads here.
    assertThat(reads).isLessThan(8 * (16 + 2));
  }

  @Test
  void piecesThatLieFarApartAreReadByThemselves() throws IOException {
    for (int at = 0; at <= file.length - PIECE; at += 10_000) {
      assertThat(isRight(at, PIECE)).isFalse();
    }
    for (int at = file.length - PIECE; at > 0; at -= 300) {
      assertThat(isRight(at, PIECE)).isFalse(); // Backwards, too.
    }
    assertThat(reads).isZero();
  }

  @Test
  void largePiecesAndThoseBeyondTheEndAreLeftToOthers() throws IOException {
    assertThat(isRight(0, 5000)).isFalse();
    assertThat(isRight(file.length - 500, PIECE)).isFalse();
    assertThat(isRight(file.length - 300, PIECE)).isTrue();
    assertThat(nearby.fill(file.length - PIECE + 1, new byte[PIECE])).isFalse();
  }
}
