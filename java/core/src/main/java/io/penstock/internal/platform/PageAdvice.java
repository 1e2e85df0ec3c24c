package io.penstock.internal.platform;

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
  DONTNEED
}
