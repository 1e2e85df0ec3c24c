package io.penstock.bench.cold;

import java.util.Locale;

/** Where the file is when a run begins. */
enum State {
  /** Not in the page cache: its pages were dropped, and that was checked. */
  COLD,
  /** Larger than memory: the page cache is full of a part of the file, and can never hold more. */
  LARGER,
  /** All of it in the page cache, which was checked. */
  WARM;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
