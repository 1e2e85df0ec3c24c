package io.penstock.bench.cold.child;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.DatasetBuilder;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.LoaderStatistics;
import io.penstock.bench.data.Digest;
import io.penstock.bench.data.Orders;
import io.penstock.bench.data.RecordFile;
import io.penstock.job.RankBy;
import io.penstock.options.Readahead;
import io.penstock.statistics.Statistic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Penstock, as a user has it: a {@code Loader} and its for-each loop.
 *
 * <p>Parameters: {@code readahead} (flags), {@code memoryBytes}, {@code blockRecords} of the order
 * (0: an exact shuffle), {@code fillEpochs}, epochs read beforehand, which fill the cache over
 * epochs, and {@code catFirst}, whether the file is read by cat first, on the clock. A rank of a
 * job is told {@code rank}, {@code worldSize} and {@code rankBy} (position, or place).
 */
final class PenstockReading implements ChildReading {
  private static final String COLUMN = "records";

  private final RecordFile file;

  /** Of a batch of records of one size. */
  private final MemorySegment evenOffsets;

  private final long firstEpoch;
  private final int epochs;
  private final Path catFirst;
  private final Dataset dataset;
  private final Loader loader;
  private final LoaderStatistics before;

  /** When each epoch ended, in seconds from the start. */
  private final JsonArray epochEnds = new JsonArray();

  PenstockReading(Job job) {
    file = job.file();
    epochs = job.epochs();
    firstEpoch = job.epoch() * epochs;
    catFirst = job.text("catFirst").equals("true") ? file.path() : null;
    dataset = open(file);
    evenOffsets =
        file.isVariable()
            ? MemorySegment.NULL
            : Digest.evenOffsets(file.recordBytes(), job.batchSize());
    try {
      loader =
          dataset
              .loader()
              .batchSize(job.batchSize())
              .sampler(Orders.of(file.recordCount(), job.integer("blockRecords"), job.seed()))
              .readahead(Readahead.parse(job.text("readahead")))
              .memoryBytes(Long.parseLong(job.text("memoryBytes")))
              .rank(
                  Integer.parseInt(job.text("rank", "0")),
                  Integer.parseInt(job.text("worldSize", "1")))
              .rankBy(rankBy(job.text("rankBy", "position")))
              .build();
      for (int i = 0; i < job.integer("fillEpochs"); i++) {
        for (Batch batch : loader.epoch(firstEpoch + epochs + i)) {
          batch.close();
        }
      }
      before = loader.statistics();
    } catch (RuntimeException | Error e) {
      dataset.close();
      throw e;
    }
  }

  @Override
  public void run(TimedSink sink) {
    cat();
    for (Epoch epoch : loader.epochsFrom(firstEpoch).limit(epochs)) {
      for (Batch batch : epoch) {
        MemorySegment offsets = file.isVariable() ? batch.offsets(COLUMN) : evenOffsets;
        if (!sink.accept(batch.column(COLUMN), offsets, batch.size())) {
          return;
        }
      }
      epochEnds.add(sink.seconds());
    }
  }

  private static RankBy rankBy(String name) {
    return switch (name) {
      case "position" -> RankBy.POSITION;
      case "place" -> RankBy.PLACE;
      default ->
          throw new IllegalArgumentException("rankBy must be position or place, was " + name);
    };
  }

  private static Dataset open(RecordFile file) {
    DatasetBuilder builder = Dataset.builder();
    return file.isVariable()
        ? builder.variable(COLUMN, file.path(), file.offsetsPath()).open()
        : builder.column(COLUMN, file.path()).open();
  }

  private void cat() {
    if (catFirst == null) {
      return;
    }
    try {
      int code =
          new ProcessBuilder("cat", catFirst.toString())
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (code != 0) {
        throw new IllegalStateException("cat ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while cat was reading", e);
    }
  }

  @Override
  public JsonObject facts() {
    LoaderStatistics now = loader.statistics();
    JsonObject facts = new JsonObject();
    facts.addProperty("backend", now.method().backend().flag());
    facts.addProperty("io", now.method().io().flag());
    facts.addProperty("readahead", now.method().readahead().toString());
    facts.addProperty("reason", now.method().reason());
    facts.addProperty("memoryBytes", now.memoryBytes());
    facts.addProperty("requests", since(now, Statistic.REQUESTS));
    facts.addProperty("bytesRead", since(now, Statistic.BYTES_READ));
    facts.addProperty("mergedRecords", since(now, Statistic.MERGED_RECORDS));
    facts.addProperty("cacheHits", since(now, Statistic.CACHE_HITS));
    facts.addProperty("sweeps", since(now, Statistic.SWEEPS));
    facts.addProperty("queueDepthMax", now.io().queueDepthMax());
    facts.add("epochEnds", epochEnds);
    facts.addProperty("stallSeconds", since(now, Statistic.STALL) / 1e9);
    facts.addProperty("cpuSecondsNative", since(now, Statistic.CPU) / 1e9);
    return facts;
  }

  private long since(LoaderStatistics now, Statistic statistic) {
    return now.value(statistic) - before.value(statistic);
  }

  @Override
  public void close() {
    dataset.close();
  }
}
