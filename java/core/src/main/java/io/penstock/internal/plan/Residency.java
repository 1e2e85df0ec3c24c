package io.penstock.internal.plan;

import io.penstock.array.FileInfo;
import io.penstock.internal.os.FreeMemory;
import io.penstock.internal.report.ByteSizes;
import java.util.List;

/**
 * Where the data is and where it could be: how much of the files the page cache has, and whether
 * all of them would fit into the memory that is left. Asked for at the start of epochs, never per
 * batch. It must not decide anything: {@link BackendChoice} does.
 *
 * @param fileBytes size of all files
 * @param cachedBytes how much of them is in the page cache; 0 where the kernel does not tell
 * @param availableBytes what the page cache may still take: of the machine, and of the control
 *     group that this process is in
 */
public record Residency(long fileBytes, long cachedBytes, long availableBytes) {
  /** A share this large is called all: a few pages come and go. */
  private static final double CACHED_SHARE = 0.95;

  /** Share of the free memory that files may take; the rest stays for everything else. */
  private static final double USABLE_SHARE = 0.7;

  /** A pass that is under way is not given up for a little: its own pages are counted as left. */
  private static final double STILL_USABLE_SHARE = 0.9;

  /** Nothing is known: treated as not cached, and too large to fit. */
  public static final Residency UNKNOWN = new Residency(Long.MAX_VALUE, 0, 0);

  /**
   * Asks the kernel.
   *
   * @param files with the cached share as of now
   * @param ownBytes memory that is going to be taken and is not yet
   */
  public static Residency of(List<FileInfo> files, long ownBytes) {
    long size = 0;
    double cached = 0;
    for (FileInfo file : files) {
      size += file.sizeBytes();
      cached += Double.isNaN(file.cachedFraction()) ? 0 : file.cachedFraction() * file.sizeBytes();
    }
    return new Residency(size, (long) cached, Math.max(0, FreeMemory.forPages() - ownBytes));
  }

  /** Whether reading need not touch the device. */
  public boolean isCached() {
    return fileBytes > 0 && cachedBytes >= CACHED_SHARE * fileBytes;
  }

  /** Whether the page cache can take all of it and keep it. */
  public boolean fits() {
    return fileBytes <= USABLE_SHARE * availableBytes;
  }

  /** Whether memory has not become too short meanwhile for files that did fit. */
  public static boolean stillFits(long fileBytes) {
    return fileBytes <= STILL_USABLE_SHARE * FreeMemory.forPages();
  }

  /** For people. */
  public String describe() {
    return "%s of %s are cached, %s of memory are left"
        .formatted(
            ByteSizes.of(cachedBytes), ByteSizes.of(fileBytes), ByteSizes.of(availableBytes));
  }
}
