package io.penstock.write;

/** Takes records together with where they go. */
@FunctionalInterface
interface RecordSink {
  /**
   * Takes one.
   *
   * @param records some of them
   * @param i which of these it is
   * @param position of it in the result
   */
  void accept(RecordView records, int i, long position);
}
