package io.penstock.internal.tune;

/** How a loader would read. */
public enum ForecastWay {
  /** Windows of the order, each in the order in which its records lie. */
  WINDOWS,
  /** Each record is a request of its own, or shares one with a neighbour by chance. */
  SINGLE_REQUESTS,
  /** From the page cache, once the files are in it. */
  PAGE_CACHE,
  /** Not at all: the budget is too small for a loader. */
  TOO_LITTLE
}
