package io.penstock.job;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.job.Positions;
import io.penstock.sampler.Sampler;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * How far a job has come: everything that is needed to resume it, as one line of text.
 *
 * <p>It says what has been delivered, not what was read ahead, to all ranks of the job together.
 * Ranks that have taken equally many batches have the same state. If they ended at different
 * batches, resume from the {@link #least}. The state does not depend on the number of processes,
 * the batch size or the readahead flags: a job that resumes may choose others. It does name the
 * data and the order, because a position means nothing in others: see {@link #check}. Immutable.
 */
public final class LoaderState {
  private static final String NAME = "penstock-state/";
  private static final String VERSION = NAME + "1";
  private static final int CHECKSUM_DIGITS = 8;

  /** How much a message shows of a text that cannot be parsed, and of fingerprints. */
  private static final int EXCERPT_CHARACTERS = 60;

  private static final int FINGERPRINT_CHARACTERS = 16;

  private static final String WHAT_TO_DO = ": go on from another state, or start anew without one";

  private final String fingerprint;
  private final String sampler;
  private final long seed;
  private final long epoch;
  private final Positions delivered;

  private LoaderState(
      String fingerprint, String sampler, long seed, long epoch, Positions delivered) {
    if (!isMadeOf(fingerprint, "0123456789abcdef")) {
      throw new IllegalArgumentException(
          "fingerprint must be hexadecimal digits, was '" + fingerprint + "'");
    }
    if (sampler.isEmpty() || !sampler.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "sampler must be printable ASCII without spaces, was '" + sampler + "'");
    }
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch must be >= 0, was " + epoch);
    }
    this.fingerprint = fingerprint;
    this.sampler = sampler;
    this.seed = seed;
    this.epoch = epoch;
    this.delivered = delivered;
  }

  /**
   * A state of these parts. {@link io.penstock.Loader#state} makes those of a loader.
   *
   * @param fingerprint of the dataset: hexadecimal digits
   * @param sampler {@link Sampler#description() description} of the order
   * @param seed of the order
   * @param epoch number of the pass, at least 0
   * @param delivered which positions of it have been delivered: start (inclusive) and end
   *     (exclusive) of each range
   * @return the state
   * @throws IllegalArgumentException naming the part, its rule and the value
   */
  public static LoaderState of(
      String fingerprint, String sampler, long seed, long epoch, long... delivered) {
    return new LoaderState(fingerprint, sampler, seed, epoch, Positions.of(delivered));
  }

  /**
   * The state of a job with this order. If all positions have been delivered, it is the beginning
   * of the next epoch.
   *
   * @param fingerprint of the dataset: hexadecimal digits
   * @param sampler the order
   * @param epoch number of the pass, at least 0
   * @param delivered which positions of it have been delivered: start (inclusive) and end
   *     (exclusive) of each range
   * @return the state
   * @throws IllegalArgumentException naming the part, its rule and the value
   */
  public static LoaderState of(String fingerprint, Sampler sampler, long epoch, long... delivered) {
    Positions positions = Positions.of(delivered);
    boolean isComplete = positions.count() >= sampler.positionCount();
    return new LoaderState(
        fingerprint,
        sampler.description(),
        sampler.seed(),
        isComplete ? epoch + 1 : epoch,
        isComplete ? Positions.NONE : positions);
  }

  /**
   * The data that it is a state of.
   *
   * @return {@link io.penstock.Dataset#fingerprint fingerprint} of the dataset: hexadecimal digits
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * The order that it is a state of.
   *
   * @return {@link Sampler#description() description} of the order
   */
  public String sampler() {
    return sampler;
  }

  /**
   * The seed of the order.
   *
   * @return any number
   */
  public long seed() {
    return seed;
  }

  /**
   * The pass over the data that the job is in.
   *
   * @return its number, at least 0
   */
  public long epoch() {
    return epoch;
  }

  /**
   * Which positions of the epoch have been delivered.
   *
   * @return start (inclusive) and end (exclusive) of each range, ascending; a new array, empty at
   *     the beginning of an epoch
   */
  public long[] delivered() {
    return delivered.bounds();
  }

  /**
   * How many records of the epoch have been delivered, to all ranks together.
   *
   * @return the position to resume from, unless the ranks took stretches
   */
  public long position() {
    return delivered.count();
  }

  /**
   * Refuses a state of other data or of another order.
   *
   * @param ofDataset fingerprint of the dataset to resume with
   * @param order the sampler to resume with
   * @throws PenstockException naming all that differs
   */
  public void check(String ofDataset, Sampler order) {
    List<String> differences = new ArrayList<>();
    if (!fingerprint.equals(ofDataset)) {
      differences.add(
          "dataset expected %s, found %s (%s)"
              .formatted(shortened(fingerprint), shortened(ofDataset), difference(ofDataset)));
    }
    if (!sampler.equals(order.description())) {
      differences.add(
          "%s expected %s, found %s"
              .formatted(
                  isOtherVersion(order) ? "order version" : "sampler",
                  sampler,
                  order.description()));
    }
    if (seed != order.seed()) {
      differences.add("seed expected %d, found %d".formatted(seed, order.seed()));
    }
    if (differences.isEmpty() && delivered.end() > order.positionCount()) {
      differences.add(
          "size of an epoch expected to be at least %d, found %d"
              .formatted(delivered.end(), order.positionCount()));
    }
    if (!differences.isEmpty()) {
      throw new PenstockException(
          ErrorKind.MISMATCH,
          ("the state is of something else: %s: resume with the data and order that it was saved"
                  + " for, or start over without it")
              .formatted(String.join("; ", differences)));
    }
  }

  /** A fingerprint has two parts: the shape of the data, and its contents. */
  private String difference(String ofDataset) {
    if (fingerprint.length() != ofDataset.length()) {
      return "the state is of an earlier version, which tells files by their times: one was"
          + " touched, copied or changed since";
    }
    int half = fingerprint.length() / 2;
    return fingerprint.regionMatches(0, ofDataset, 0, half)
        ? "the same columns, types, shapes and numbers of records, but other contents"
        : "other columns, types, shapes or numbers of records";
  }

  /** Whether it is the same kind of order in another version, as "full/1" and "full/2". */
  private boolean isOtherVersion(Sampler order) {
    String[] saved = sampler.split("[/;(]", 3);
    String[] current = order.description().split("[/;(]", 3);
    return saved.length > 1
        && current.length > 1
        && saved[0].equals(current[0])
        && !saved[1].equals(current[1]);
  }

  private static String shortened(String digits) {
    return digits.length() <= FINGERPRINT_CHARACTERS
        ? digits
        : digits.substring(0, FINGERPRINT_CHARACTERS) + "...";
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @param text the line; white space around it does not matter
   * @return the state
   * @throws PenstockException if it is not such a line, is of another version, or is damaged
   */
  public static LoaderState parse(String text) {
    String line = text.strip();
    String[] words = line.split(" ", -1);
    if (!words[0].startsWith(NAME)) {
      throw broken("expected a line that starts with " + VERSION + ", found " + excerpt(line));
    }
    if (!words[0].equals(VERSION)) {
      throw broken(
          "expected version 1 of the state, found %s, which another version of penstock writes"
              .formatted(excerpt(words[0].substring(NAME.length()))));
    }
    int end = line.lastIndexOf(' ');
    String checksum = value(words, words.length - 1, "crc32c");
    String computed = checksum(line.substring(0, end));
    if (!checksum.equals(computed)) {
      throw broken(
          "expected a state with checksum %s, found %s: the text is damaged"
              .formatted(computed, excerpt(checksum)));
    }
    return ofWords(words);
  }

  /** The checksum is right, so the line was written like this. It is still refused. */
  private static LoaderState ofWords(String[] words) {
    boolean isPrefix = words.length == 7;
    if (!isPrefix && words.length != 8) {
      throw broken("expected a state of 7 or 8 words, found " + words.length);
    }
    long position = number(words, 5, "position");
    try {
      Positions delivered =
          isPrefix ? Positions.upTo(position) : Positions.parse(value(words, 6, "delivered"));
      if (delivered.count() != position) {
        throw broken(
            "expected position=%d, which is what was delivered, found position=%d"
                .formatted(delivered.count(), position));
      }
      return new LoaderState(
          value(words, 1, "dataset"),
          value(words, 2, "sampler"),
          number(words, 3, "seed"),
          number(words, 4, "epoch"),
          delivered);
    } catch (IllegalArgumentException e) {
      throw broken(String.valueOf(e.getMessage()));
    }
  }

  private static long number(String[] words, int i, String name) {
    String value = value(words, i, name);
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw broken("expected a number as %s, found %s".formatted(name, excerpt(value)));
    }
  }

  private static String value(String[] words, int i, String name) {
    String word = words[i];
    if (!word.startsWith(name + "=")) {
      throw broken(
          "expected %s= as word %d of the state, found %s".formatted(name, i + 1, excerpt(word)));
    }
    return word.substring(name.length() + 1);
  }

  private static PenstockException broken(String problem) {
    return new PenstockException(ErrorKind.WRONG_FORMAT, problem + WHAT_TO_DO);
  }

  private static String excerpt(String text) {
    StringBuilder shown = new StringBuilder("'");
    text.codePoints()
        .limit(EXCERPT_CHARACTERS)
        .forEach(c -> shown.append(c >= ' ' && c < 0x7f ? Character.toString(c) : "?"));
    return shown.append(text.length() > EXCERPT_CHARACTERS ? "...'" : "'").toString();
  }

  private static boolean isMadeOf(String text, String characters) {
    return !text.isEmpty() && text.chars().allMatch(c -> characters.indexOf(c) >= 0);
  }

  private static String checksum(String text) {
    CRC32C checksum = new CRC32C();
    checksum.update(text.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits(checksum.getValue(), CHECKSUM_DIGITS);
  }

  /**
   * The state of a job whose ranks ended at different batches: that of the rank that is furthest
   * behind. What the others delivered beyond it is delivered again, and nothing is left out.
   *
   * @param states of the ranks, at least one, all of the same data and order
   * @return one of them
   * @throws IllegalArgumentException if there is none, or they are of different jobs
   */
  public static LoaderState least(Collection<LoaderState> states) {
    Iterator<LoaderState> all = states.iterator();
    if (!all.hasNext()) {
      throw new IllegalArgumentException("states must be at least one, were none");
    }
    LoaderState least = all.next();
    while (all.hasNext()) {
      LoaderState other = all.next();
      if (!other.fingerprint.equals(least.fingerprint)
          || !other.sampler.equals(least.sampler)
          || other.seed != least.seed) {
        throw new IllegalArgumentException(
            "states must be of one job, were of different data, orders or seeds: %s and %s"
                .formatted(least, other));
      }
      boolean isLess =
          other.epoch < least.epoch
              || (other.epoch == least.epoch && other.delivered.count() < least.delivered.count());
      least = isLess ? other : least;
    }
    return least;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LoaderState that
        && fingerprint.equals(that.fingerprint)
        && sampler.equals(that.sampler)
        && seed == that.seed
        && epoch == that.epoch
        && delivered.equals(that.delivered);
  }

  @Override
  public int hashCode() {
    return Objects.hash(fingerprint, sampler, seed, epoch, delivered);
  }

  /**
   * The line, without an end of line: "penstock-state/1 dataset=... sampler=full/1 seed=7 epoch=2
   * position=51200 crc32c=...", followed by the ranges that were delivered if these are not the
   * first positions of the epoch.
   */
  @Override
  public String toString() {
    String line =
        "%s dataset=%s sampler=%s seed=%s epoch=%s position=%s"
            .formatted(VERSION, fingerprint, sampler, seed, epoch, position());
    if (!delivered.isPrefix()) {
      line += " delivered=" + delivered;
    }
    return line + " crc32c=" + checksum(line);
  }
}
