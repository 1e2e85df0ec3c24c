package io.penstock.internal.dataset;

import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.report.FailureWords;
import io.penstock.internal.wait.Patience;
import io.penstock.job.LoaderState;
import io.penstock.sampler.Sampler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What a dataset is, told by what is in it: the same bytes under another name, on another machine
 * or with another modification time are the same dataset.
 *
 * <p>What it owns: the fingerprint, {@value #PART_DIGITS} hexadecimal digits that stand for the
 * shape of the data (names, types, shapes, record counts), followed by as many for {@link
 * SampledContents}. They are kept apart so that a refusal can say which of them differs. Sampling
 * reads files, which may not answer, so a thread of its own does it, started with the first loader;
 * whoever needs the fingerprint waits for it, with a limit. Thread-safe; needs no open dataset.
 */
public final class Identity {
  static final int PART_DIGITS = 24;
  private static final int MOST_TEXT = 8 << 10;

  private final DatasetFiles opened;
  private final String shape;
  private final SampledContents contents;
  private final FutureTask<String> fingerprint;
  private boolean isStarted;

  public Identity(DatasetFiles opened) {
    this.opened = opened;
    this.shape = shape(opened);
    this.contents = new SampledContents(opened);
    this.fingerprint = new FutureTask<>(() -> shape + digits(contents.digest()));
  }

  private static String shape(DatasetFiles opened) {
    MessageDigest digest = sha256();
    StringBuilder text = new StringBuilder("penstock dataset 2\n");
    for (int i = 0; i < opened.columns().size(); i++) {
      Column column = opened.columns().get(i);
      text.append("column ").append(column.name()).append(' ').append(column.elementType());
      text.append(' ')
          .append(column.shape().toList())
          .append(column.isVariable() ? " variable\n" : "\n");
      if (opened.layout(i) instanceof ColumnLayout.FileRecords files) {
        text.append("folder ").append(files.folder().digest()).append('\n');
      }
      for (Shard shard : column.shards()) {
        text.append("records ").append(shard.recordCount()).append('\n');
        if (text.length() > MOST_TEXT) { // There may be a million of them.
          update(digest, text);
        }
      }
    }
    update(digest, text);
    return digits(digest.digest());
  }

  private static void update(MessageDigest digest, StringBuilder text) {
    digest.update(text.toString().getBytes(StandardCharsets.UTF_8));
    text.setLength(0);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static String digits(byte[] digest) {
    return HexFormat.of().formatHex(digest).substring(0, PART_DIGITS);
  }

  /** Starts sampling, unless it was started. */
  public synchronized void start() {
    if (!isStarted) {
      isStarted = true;
      Thread.ofPlatform().daemon().name("penstock-identity").start(fingerprint);
    }
  }

  /**
   * The fingerprint; waits until the files were sampled.
   *
   * @throws PenstockException if they do not answer for as long as {@link Patience} allows, or the
   *     thread is interrupted while it waits (it stays interrupted)
   */
  public String fingerprint() {
    start();
    try {
      return fingerprint.get(Patience.seconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw FailureWords.stopped(e.getCause());
    } catch (TimeoutException e) {
      throw Patience.noAnswer(
          contents.reading() + " was being sampled", "ask again when it answers", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PenstockException(
          ErrorKind.INTERRUPTED,
          "interrupted while the files of the dataset were being sampled",
          e);
    }
  }

  /**
   * Refuses a state of other data, or of another order.
   *
   * @throws PenstockException naming what differs; or as {@link #fingerprint()}
   */
  public void check(LoaderState state, Sampler order) {
    boolean isDated = state.fingerprint().length() != 2 * PART_DIGITS;
    boolean isAsThen = isDated && state.fingerprint().equals(DatedFingerprint.of(opened));
    String now = isAsThen ? state.fingerprint() : fingerprint();
    try {
      state.check(now, order);
    } catch (PenstockException e) {
      if (contents.unreadable() == null || state.fingerprint().equals(now)) {
        throw e;
      }
      throw e.again(
          "%s (not all of it could be compared: %s)"
              .formatted(e.getMessage(), contents.unreadable()));
    }
  }
}
