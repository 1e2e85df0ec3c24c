package io.penstock.internal.ffi;

import io.penstock.internal.ffi.generated.Penstock;

/** What the kernel is told of pages of files. */
public enum PageAdvice {
  /** Nothing special. */
  NORMAL,
  /** Random records: nothing around them. */
  RANDOM,
  /** Ascending records: read far ahead. */
  SEQUENTIAL,
  /** These records soon. */
  WILLNEED,
  /** These records not soon again. */
  DONTNEED;

  /** As C has it. */
  int number() {
    return switch (this) {
      case NORMAL -> Penstock.PENSTOCK_ADVICE_NORMAL();
      case RANDOM -> Penstock.PENSTOCK_ADVICE_RANDOM();
      case SEQUENTIAL -> Penstock.PENSTOCK_ADVICE_SEQUENTIAL();
      case WILLNEED -> Penstock.PENSTOCK_ADVICE_WILLNEED();
      case DONTNEED -> Penstock.PENSTOCK_ADVICE_DONTNEED();
    };
  }
}
