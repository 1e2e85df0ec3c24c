package io.penstock.write;

/** Takes records together with where they go. */
@FunctionalInterface
interface RecordSink {
  /**
   * Takes one.
   *
   * @param record which is another one after the call
   * @param position of it in the result
   */
  void accept(RecordView record, long position);
}
