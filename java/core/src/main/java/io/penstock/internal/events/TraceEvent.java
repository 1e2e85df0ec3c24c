package io.penstock.internal.events;

import io.penstock.internal.counters.Counters;
import io.penstock.statistics.Statistic;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Timespan;

/**
 * What events of batches and of epochs have in common: the cost of a batch or an epoch.
 *
 * <p>Fields of events must be declared. A test checks that they are the ones that {@link
 * Statistic#isInEvents} names, and that each is filled.
 */
abstract class TraceEvent extends Event {
  @Label("Stall Time")
  @Description("The consumer waited for data")
  @Timespan(Timespan.NANOSECONDS)
  long stallTime;

  @Label("Consumer Time")
  @Description("Between the delivery before and the question for this one: the trainer's own time")
  @Timespan(Timespan.NANOSECONDS)
  long consumerTime;

  @Label("Queue Time")
  @Description("Finished data lay ready before they were asked for")
  @Timespan(Timespan.NANOSECONDS)
  long queueTime;

  @Label("Device Time")
  @Description("Reading threads waited for the device")
  @Timespan(Timespan.NANOSECONDS)
  long deviceTime;

  @Label("Order Time")
  @Description("Reading threads computed which records come")
  @Timespan(Timespan.NANOSECONDS)
  long orderTime;

  @Label("Plan Time")
  @Description("Reading threads decided what to read, and started it; mmap: told the kernel")
  @Timespan(Timespan.NANOSECONDS)
  long planTime;

  @Label("Copy Time")
  @Description("Reading threads copied; with backend mmap this includes the waiting for pages")
  @Timespan(Timespan.NANOSECONDS)
  long copyTime;

  @Label("Check Time")
  @Description("Reading threads checked batches that were read")
  @Timespan(Timespan.NANOSECONDS)
  long checkTime;

  @Label("Idle Time")
  @Description(
      "Reading threads had made all batches there is room for, and waited for the consumer")
  @Timespan(Timespan.NANOSECONDS)
  long idleTime;

  @Label("Transform Time")
  @Description("Threads transformed, added up")
  @Timespan(Timespan.NANOSECONDS)
  long transformTime;

  @Label("Requests")
  @Description("Reads issued")
  long requests;

  @Label("Bytes Read")
  @DataAmount
  long bytesRead;

  @Label("Bytes Wanted")
  @Description("Bytes of records among the bytes read")
  @DataAmount
  long bytesWanted;

  @Label("Merged Records")
  @Description("Records that shared a read with an earlier one")
  long mergedRecords;

  @Label("Cache Hits")
  @Description("Records that were not read but kept from an earlier epoch")
  long cacheHits;

  /** Copies a trace. */
  final void set(Counters trace) {
    stallTime = trace.get(Statistic.STALL);
    consumerTime = trace.get(Statistic.CONSUMER);
    queueTime = trace.get(Statistic.QUEUE);
    deviceTime = trace.get(Statistic.DEVICE);
    orderTime = trace.get(Statistic.ORDER);
    planTime = trace.get(Statistic.PLAN);
    copyTime = trace.get(Statistic.COPY);
    checkTime = trace.get(Statistic.CHECK);
    idleTime = trace.get(Statistic.IDLE);
    transformTime = trace.get(Statistic.TRANSFORM);
    requests = trace.get(Statistic.REQUESTS);
    bytesRead = trace.get(Statistic.BYTES_READ);
    bytesWanted = trace.get(Statistic.BYTES_WANTED);
    mergedRecords = trace.get(Statistic.MERGED_RECORDS);
    cacheHits = trace.get(Statistic.CACHE_HITS);
  }
}
