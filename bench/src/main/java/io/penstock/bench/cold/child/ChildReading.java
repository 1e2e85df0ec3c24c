package io.penstock.bench.cold.child;

import com.google.gson.JsonObject;
import java.io.IOException;

/** One contender with its files open. */
interface ChildReading extends AutoCloseable {
  /** Opens the files of a job, and reads nothing that counts. */
  @FunctionalInterface
  interface Opener {
    ChildReading open(Job job) throws IOException;
  }

  /**
   * Delivers records in the order of the job, in batches, until the sink has enough or the order
   * ends.
   */
  void run(TimedSink sink) throws IOException, InterruptedException;

  /** What else there is to know about the run. */
  default JsonObject facts() {
    return new JsonObject();
  }

  @Override
  void close() throws IOException;
}
