package io.penstock.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * What happens to a file that nobody guards, and what is done to one to do harm: the same for all
 * formats, the same each time.
 */
final class Damage {
  /** So many places of a file are changed in each way; of a small file all are. */
  private static final int PLACES = 240;

  /** Beginnings and ends are where most formats have their structure. */
  private static final int EDGE_BYTES = 16;

  private static final int PERCENT = 100;
  private static final int BLOCK_BYTES = 512;

  /** Changes of several bytes at once. */
  private static final int MIXTURES = 160;

  private static final long SEED = 20;

  /** A damaged file. */
  static final class Damaged {
    private final String what;
    private final byte[] bytes;
    private final boolean isCut;

    Damaged(String what, byte[] bytes, boolean isCut) {
      this.what = what;
      this.bytes = bytes;
      this.isCut = isCut;
    }

    /** What was done, for people. */
    String what() {
      return what;
    }

    /** What is left. */
    byte[] bytes() {
      return bytes;
    }

    /** Whether nothing is missing but the end: what is still read must be what was there. */
    boolean isCut() {
      return isCut;
    }
  }

  private final byte[] whole;
  private final List<Damaged> all = new ArrayList<>();

  private Damage(byte[] whole) {
    this.whole = whole;
  }

  /**
   * All damage that is done to a file.
   *
   * @param whole the intact file
   * @param borders where something in it begins or ends
   */
  static List<Damaged> of(byte[] whole, Set<Integer> borders) {
    Damage damage = new Damage(whole);
    damage.cut(borders);
    damage.flip();
    damage.claim();
    damage.overlap();
    damage.mix();
    return damage.all;
  }

  private void cut(Set<Integer> borders) {
    TreeSet<Integer> lengths = new TreeSet<>();
    for (int percent = 0; percent < PERCENT; percent++) {
      lengths.add((int) ((long) whole.length * percent / PERCENT));
    }
    for (int i = 0; i < EDGE_BYTES; i++) {
      lengths.add(i);
      lengths.add(whole.length - 1 - i);
    }
    for (int at = 0; at < whole.length; at += BLOCK_BYTES) {
      lengths.add(at);
    }
    for (int border : borders) {
      lengths.addAll(List.of(border - 1, border, border + 1));
    }
    for (int length : lengths) {
      if (length >= 0 && length < whole.length) {
        all.add(
            new Damaged("cut to %d bytes".formatted(length), Arrays.copyOf(whole, length), true));
      }
    }
  }

  /** All places of a small file; of a larger one both edges, and others at equal distances. */
  private int[] places() {
    if (whole.length <= PLACES) {
      return IntStream.range(0, whole.length).toArray();
    }
    IntStream edges =
        IntStream.range(0, EDGE_BYTES).flatMap(i -> IntStream.of(i, whole.length - 1 - i));
    int left = PLACES - 2 * EDGE_BYTES;
    IntStream between = IntStream.range(0, left).map(i -> (int) ((long) whole.length * i / left));
    return IntStream.concat(edges, between).sorted().distinct().toArray();
  }

  private void flip() {
    for (int at : places()) {
      byte[] damaged = whole.clone();
      int bit = at % 7 * 3 % 8;
      damaged[at] ^= (byte) (1 << bit);
      all.add(new Damaged("bit %d of byte %d flipped".formatted(bit, at), damaged, false));
    }
  }

  /** Sizes, counts and offsets beyond the file, wherever there may be one. */
  private void claim() {
    long[] claims = {
      -1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 40, whole.length + 1L, Integer.MAX_VALUE, 1 << 28
    };
    int turn = 0;
    for (int at : places()) {
      for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
        int bytes = turn / claims.length % 2 == 0 ? Long.BYTES : Integer.BYTES;
        long claim = claims[turn++ % claims.length];
        if (at + bytes <= whole.length) {
          all.add(changed("%d bytes at %d claim %d, %s", bytes, at, claim, order));
        }
      }
    }
  }

  private Damaged changed(String words, int bytes, int at, long number, ByteOrder order) {
    byte[] damaged = whole.clone();
    put(damaged, bytes, at, number, order);
    return new Damaged(words.formatted(bytes, at, number, order), damaged, false);
  }

  private static void put(byte[] target, int bytes, int at, long number, ByteOrder order) {
    ByteBuffer buffer = ByteBuffer.wrap(target).order(order);
    if (bytes == Long.BYTES) {
      buffer.putLong(at, number);
    } else {
      buffer.putInt(at, (int) number);
    }
  }

  /** Numbers that may be places in the file become equal: two things lie in one place. */
  private void overlap() {
    for (int bytes : new int[] {Integer.BYTES, Long.BYTES}) {
      for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
        List<Integer> places = likePlaces(bytes, order);
        int pairs = places.size() * places.size();
        int step = 1 + pairs / PLACES;
        for (int pair = 0; pair < pairs; pair += step) {
          int from = places.get(pair / places.size());
          int to = places.get(pair % places.size());
          long place = number(bytes, from, order);
          if (place != number(bytes, to, order)) {
            all.add(changed("%d bytes at %d are another's place %d, %s", bytes, to, place, order));
          }
        }
      }
    }
  }

  private List<Integer> likePlaces(int bytes, ByteOrder order) {
    return IntStream.rangeClosed(0, whole.length - bytes)
        .filter(at -> at % Integer.BYTES == 0)
        .filter(at -> number(bytes, at, order) >= Long.BYTES)
        .filter(at -> number(bytes, at, order) < whole.length)
        .boxed()
        .toList();
  }

  private long number(int bytes, int at, ByteOrder order) {
    ByteBuffer buffer = ByteBuffer.wrap(whole).order(order);
    return bytes == Long.BYTES ? buffer.getLong(at) : buffer.getInt(at);
  }

  /** Several bytes changed or copied from elsewhere, pieces dropped or repeated. */
  private void mix() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < MIXTURES; i++) {
      byte[] damaged = whole.clone();
      for (int change = random.nextInt(1, 6); change > 0; change--) {
        int place = random.nextInt(whole.length);
        int other = random.nextInt(whole.length);
        int length = random.nextInt(1, 1 + Math.min(32, whole.length - Math.max(place, other)));
        switch (random.nextInt(3)) {
          case 0 -> damaged[place] = (byte) random.nextInt();
          case 1 -> damaged[place] = (byte) (random.nextBoolean() ? 0xff : 0x7f);
          default -> System.arraycopy(whole, other, damaged, place, length);
        }
      }
      int from = random.nextInt(whole.length);
      int to = random.nextInt(whole.length);
      boolean isMoved = random.nextInt(4) == 0;
      all.add(
          new Damaged(
              "mixture %d%s"
                  .formatted(i, isMoved ? ", moved from %d to %d".formatted(from, to) : ""),
              isMoved ? moved(damaged, from, to) : damaged,
              false));
    }
  }

  /** What is behind one place, behind another: dropped if that is before it, repeated if not. */
  private static byte[] moved(byte[] bytes, int from, int to) {
    byte[] moved = Arrays.copyOf(bytes, to + bytes.length - from);
    System.arraycopy(bytes, from, moved, to, bytes.length - from);
    return moved;
  }
}
