package io.penstock.bench.cold;

import java.util.Locale;

/** Where the file is when a run begins. */
enum State {
  /** Not in the page cache: its pages were dropped, and that was checked. */
  COLD,
  /** Not in the page cache either, but memory has room for it: whole epochs are measured. */
  FITS,
  /** Larger than memory: the page cache is full of a part of the file, and can never hold more. */
  LARGER,
  /** All of it in the page cache, which was checked. */
  WARM;

  /** Whether its pages are dropped before a run, as nothing else keeps them out. */
  boolean isDropped() {
    return this == COLD || this == FITS;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
