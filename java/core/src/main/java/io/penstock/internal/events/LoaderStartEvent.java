package io.penstock.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A loader decided how to read; lasts as long as opening took. */
@Name("io.penstock.LoaderStart")
@Label("Loader Start")
@Category("Penstock")
@Description(
    "A loader was built, or changed to another backend between epochs; the duration is what it took"
        + " to allocate memory and to open the backend")
@StackTrace(false)
final class LoaderStartEvent extends Event {
  @Label("Loader")
  @Description("Number of the loader in this process")
  int loader;

  @Label("Backend")
  String backend;

  @Label("I/O")
  @Description("Past the page cache (direct) or through it (buffered)")
  String io;

  @Label("Reason")
  @Description("Why this backend, and why so much is read ahead")
  String reason;

  @Label("Readahead")
  @Description("The flags in effect")
  String readahead;

  @Label("Memory")
  @Description("Taken outside of the Java heap")
  @DataAmount
  long memory;

  @Label("Order")
  @Description("The sampler's description")
  String order;

  @Label("Seed")
  long seed;

  @Label("Batch Size")
  @Description("Records in a batch")
  int batchSize;

  @Label("Records")
  @Description("Positions of an epoch")
  long records;

  @Label("Record Size")
  @Description("Of all columns together; the mean, where records differ in size")
  @DataAmount
  long recordSize;
}
