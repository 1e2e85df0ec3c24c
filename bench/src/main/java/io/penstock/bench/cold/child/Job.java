package io.penstock.bench.cold.child;

import io.penstock.bench.data.Digest;
import io.penstock.bench.data.Orders;
import io.penstock.bench.data.RecordFile;
import io.penstock.bench.data.RecordSize;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What a contender is to read: parameters as {@code name=value}, one an argument.
 *
 * @param file the records
 * @param batchSize records of a batch
 * @param seed of the order
 * @param epoch of the order
 * @param epochs how many epochs a run may take: epoch has them all
 * @param seconds after which it stops
 * @param listLength records of the order that are listed for those who need a list
 * @param values all parameters, for what is the contender's own
 */
record Job(
    RecordFile file,
    int batchSize,
    long seed,
    long epoch,
    int epochs,
    double seconds,
    int listLength,
    Map<String, String> values) {

  static Job parse(String... arguments) {
    Map<String, String> values = new HashMap<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      values.put(argument.substring(0, equals), argument.substring(equals + 1));
    }
    return new Job(
        file(values, "file", "recordCount"),
        Integer.parseInt(values.get("batchSize")),
        Long.parseLong(values.get("seed")),
        Long.parseLong(values.get("epoch")),
        Integer.parseInt(values.get("epochs")),
        Double.parseDouble(values.get("seconds")),
        Integer.parseInt(values.get("listLength")),
        Map.copyOf(values));
  }

  /** The same over the small file that is there for warming up. */
  Job warmup() {
    RecordFile small = file(values, "warmupFile", "warmupCount");
    return new Job(
        small,
        batchSize,
        seed,
        0,
        1,
        Double.parseDouble(values.get("warmupSeconds")),
        (int) Math.min(listLength, small.recordCount()),
        values);
  }

  /** Where its records go. Starts the clock. */
  TimedSink sink() {
    boolean isOrderOwn = text("order", "given").equals("own");
    return new TimedSink(isOrderOwn ? Digest.byIndex() : new Digest(), seconds);
  }

  int integer(String name) {
    return Integer.parseInt(text(name));
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("expected a parameter " + name + "=..., found none");
    }
    return value;
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** The beginning of the order, for contenders that cannot make it: the list they read by. */
  RecordList list(Arena arena) {
    MemorySegment indices = arena.allocate((long) listLength * Long.BYTES, Long.BYTES);
    Orders.joined(file.recordCount(), 0, seed, epochs).fill(epoch, 0, indices, listLength);
    return new RecordList(file.places(), indices, listLength, batchSize);
  }

  private static RecordFile file(Map<String, String> values, String path, String count) {
    return new RecordFile(
        Path.of(values.get(path)),
        RecordSize.parse(values.get("recordSize"), Long.parseLong(values.get("seed"))),
        Long.parseLong(values.get(count)));
  }
}
