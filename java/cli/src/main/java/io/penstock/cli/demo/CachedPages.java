package io.penstock.cli.demo;

import io.penstock.Dataset;
import java.io.IOException;
import java.nio.file.Path;

/** How much of a file is in the page cache, and how to get it out. */
final class CachedPages {
  private final Dataset dataset;
  private final Path path;

  /** Of the first file of a dataset. */
  CachedPages(Dataset dataset) {
    this.dataset = dataset;
    this.path = dataset.files().getFirst().path();
  }

  /** The share of the file that is cached, 0 to 1; NaN where the kernel does not tell. */
  double fraction() {
    return dataset.files().getFirst().cachedFraction();
  }

  /**
   * Asks the kernel to drop the file's pages. It may not: what is mapped or not yet written stays,
   * and some file systems are nothing but page cache.
   *
   * @return the share that is still cached, as {@link #fraction}
   */
  double drop() throws IOException {
    // posix_fadvise(DONTNEED) over the whole file, which Java has no call for.
    Process dd =
        new ProcessBuilder("dd", "if=" + path, "iflag=nocache", "count=0", "status=none")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      dd.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return fraction();
  }
}
