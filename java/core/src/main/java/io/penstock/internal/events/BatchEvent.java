package io.penstock.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/**
 * A batch was delivered; lasts as long as the consumer waited for it.
 *
 * <p>The threshold leaves out batches that were there in time: a trainer that gets some ten
 * thousand a second would fill recordings with them.
 */
@Name("io.penstock.Batch")
@Label("Batch")
@Category("Penstock")
@Description(
    "A batch was delivered; the duration is the time that the consumer waited for it. Times of"
        + " reading threads are of the thread that made it, since the batch that it made before")
@StackTrace(false)
@Threshold("1 ms")
final class BatchEvent extends TraceEvent {
  @Label("Loader")
  @Description("Number of the loader in this process")
  int loader;

  @Label("Epoch")
  long epoch;

  @Label("Position")
  @Description("Of its first record in the epoch")
  long position;

  @Label("Size")
  @Description("Records in it")
  int size;

  @Label("Bytes")
  @Description("Of these records in all columns; 0 if it failed")
  @DataAmount
  long bytes;

  @Label("Failed")
  @Description("Whether it could not be read")
  boolean failed;
}
