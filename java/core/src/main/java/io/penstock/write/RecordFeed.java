package io.penstock.write;

/** Gives records with their positions to a sink: all of the data, or those of a bucket. */
@FunctionalInterface
interface RecordFeed {
  /** Gives all of them, in the order in which they lie on the disk. */
  void to(RecordSink sink);
}
