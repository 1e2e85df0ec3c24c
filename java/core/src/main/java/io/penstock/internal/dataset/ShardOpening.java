package io.penstock.internal.dataset;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.format.PartPath;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.known.KnownFormats;
import io.penstock.internal.index.ScanProgress;
import io.penstock.internal.report.FailureWords;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds where the records of each shard lie. Shards that may have to be scanned for their records
 * are opened by several threads.
 */
final class ShardOpening {
  /** More than processors, as scans wait for the device; each has a few MiB of its own. */
  private static final int MOST_THREADS = 8;

  private final List<Source> shards;
  private final RecordLayout[] layouts;
  private final Throwable[] failures;
  private final AtomicInteger next = new AtomicInteger();

  private ShardOpening(List<Source> shards) {
    this.shards = shards;
    this.layouts = new RecordLayout[shards.size()];
    this.failures = new Throwable[shards.size()];
  }

  /**
   * Opens shards.
   *
   * @param shards single files
   * @return where the records of each lie
   * @throws PenstockException as the first shard that cannot be opened says; or if the thread is
   *     interrupted while shards are scanned
   */
  static List<RecordLayout> open(List<Source> shards) {
    if (shards.size() == 1 || !KnownFormats.isIndexed(place(shards.getFirst()))) {
      List<RecordLayout> layouts = new ArrayList<>(shards.size());
      shards.forEach(shard -> layouts.add(layout(shard)));
      return layouts;
    }
    return new ShardOpening(shards).openTogether();
  }

  private static RecordLayout layout(Source shard) {
    RecordLayout layout = KnownFormats.records(place(shard));
    if (!shard.isOrEmpty()) {
      return layout;
    }
    if (layout instanceof RecordLayout.ByIndex records) {
      return records.orEmpty();
    }
    throw PenstockException.about(
        ErrorKind.UNSUPPORTED,
        shard.file(),
        "expected a part that records may lack, found that all records of '%s' are there: name it without the question mark or orEmpty()"
            .formatted(shard.partName().orElse("the file")));
  }

  private static PartPath place(Source shard) {
    return new PartPath(shard.file(), shard.partName().orElse(""));
  }

  /** The first one is open already: it told that shards have to be scanned. */
  private List<RecordLayout> openTogether() {
    try (ScanProgress.Expectation expected =
        ScanProgress.expect(shards.stream().skip(1).map(Source::file).toList())) {
      return openTogether(expected);
    }
  }

  private List<RecordLayout> openTogether(ScanProgress.Expectation expected) {
    int count = Math.min(MOST_THREADS, shards.size());
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      threads.add(
          Thread.ofPlatform().daemon().name("penstock-open-" + i).start(() -> openSome(expected)));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      next.set(shards.size());
      Thread.currentThread().interrupt();
      throw new PenstockException(
          ErrorKind.INTERRUPTED, "interrupted while files were being opened", e);
    }
    for (Throwable failure : failures) {
      if (failure != null) {
        throw FailureWords.stopped(failure);
      }
    }
    return Arrays.asList(layouts);
  }

  private void openSome(ScanProgress.Expectation expected) {
    int number;
    while ((number = next.getAndIncrement()) < shards.size()) {
      try {
        layouts[number] = layout(shards.get(number));
        expected.opened(shards.get(number).file());
      } catch (RuntimeException | Error e) {
        failures[number] = e;
        next.set(shards.size()); // There is no dataset without it.
      }
    }
  }
}
