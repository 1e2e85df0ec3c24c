package io.penstock.internal.engine;

import io.penstock.internal.dataset.DatasetFiles;
import io.penstock.internal.gather.PageCacheWarmer;
import io.penstock.internal.plan.Residency;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The warming of a dataset's files, which all of its loaders share: the first that needs it starts
 * it, and it ends when the last of them is closed. Thread-safe.
 */
public final class DatasetWarming {
  private final DatasetFiles files;
  private PageCacheWarmer current;

  public DatasetWarming(DatasetFiles files) {
    this.files = files;
  }

  /**
   * Joins the warming that is going on, or makes one ready.
   *
   * @param share where to begin, 0 to less than 1
   * @return to be closed by the caller
   */
  synchronized PageCacheWarmer acquire(double share) {
    if (current == null || !current.join()) {
      // The thread must not refer to the dataset, which may be forgotten.
      OpenFiles source = files.source();
      current = new PageCacheWarmer(source.pages(), ranges(files), share, () -> stillFits(source));
    }
    return current;
  }

  private static boolean stillFits(OpenFiles source) {
    long bytes = source.files().stream().mapToLong(FileFacts::sizeBytes).sum();
    return Residency.stillFits(bytes);
  }

  /**
   * The share of what a pass reads that is records: small for a column of a container whose other
   * columns are not read.
   */
  static double recordShare(DatasetFiles files) {
    long[] data = new long[1];
    files.forEachExtent(extent -> data[0] += extent.dataBytes());
    long read = ranges(files).stream().mapToLong(PageCacheWarmer.Range::lengthBytes).sum();
    return read == 0 ? 1 : (double) data[0] / read;
  }

  /**
   * The parts of the files that hold records: one range per file, from its first record to its
   * last. Small ranges come first, so labels beside images are soon complete.
   */
  private static List<PageCacheWarmer.Range> ranges(DatasetFiles files) {
    Map<Integer, long[]> spans = new TreeMap<>();
    files.forEachExtent(
        extent -> {
          long[] span = spans.computeIfAbsent(extent.file(), _ -> new long[] {Long.MAX_VALUE, 0});
          span[0] = Math.min(span[0], extent.beginBytes());
          span[1] = Math.max(span[1], extent.endBytes());
        });
    List<PageCacheWarmer.Range> ranges = new ArrayList<>();
    spans.forEach(
        (file, span) -> ranges.add(new PageCacheWarmer.Range(file, span[0], span[1] - span[0])));
    ranges.sort(Comparator.comparingLong(PageCacheWarmer.Range::lengthBytes));
    return ranges;
  }
}
