package io.penstock.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Frequency;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.StackTrace;

/**
 * An epoch was delivered or left; lasts from the first request for a batch to the last delivery.
 */
@Name("io.penstock.Epoch")
@Label("Epoch")
@Category("Penstock")
@Description(
    "An epoch was delivered or left; the duration is from the first question for a batch to the"
        + " last delivery. Times of reading threads are sums over them, since the epoch before")
@StackTrace(false)
final class EpochEvent extends TraceEvent {
  @Label("Loader")
  @Description("Number of the loader in this process")
  int loader;

  @Label("Epoch")
  long epoch;

  @Label("Complete")
  @Description("Whether all of its batches were delivered")
  boolean complete;

  @Label("Batches")
  @Description("Batches delivered")
  long batches;

  @Label("Records")
  @Description("Records delivered")
  long records;

  @Label("Bytes")
  @Description("Of these records in all columns")
  @DataAmount
  long bytes;

  @Label("Records per Second")
  double recordsPerSecond;

  @Label("Bytes per Second")
  @DataAmount
  @Frequency
  long bytesPerSecond;

  @Label("Stall Share")
  @Description("Share of the duration that the consumer waited for data")
  @Percentage
  double stallShare;

  @Label("Backend")
  String backend;

  @Label("I/O")
  @Description("Past the page cache (direct) or through it (buffered)")
  String io;
}
