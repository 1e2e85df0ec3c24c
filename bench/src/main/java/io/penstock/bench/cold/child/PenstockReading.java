package io.penstock.bench.cold.child;

import com.google.gson.JsonObject;
import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Epoch;
import io.penstock.Loader;
import io.penstock.LoaderStatistics;
import io.penstock.bench.data.Orders;
import io.penstock.options.Readahead;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Penstock, as a user has it: a {@code Loader} and its for-each loop.
 *
 * <p>Parameters: {@code readahead} (flags), {@code memoryBytes}, {@code blockRecords} of the order
 * (0: an exact shuffle), {@code fillEpochs}, epochs read beforehand, which fill the cache over
 * epochs, and {@code catFirst}, whether the file is read by cat first, on the clock.
 */
final class PenstockReading implements Reading {
  private final long firstEpoch;
  private final int epochs;
  private final Path catFirst;
  private final Dataset dataset;
  private final Loader loader;
  private final LoaderStatistics before;

  PenstockReading(Job job) {
    epochs = job.epochs();
    firstEpoch = job.epoch() * epochs;
    catFirst = job.text("catFirst").equals("true") ? job.file().path() : null;
    dataset = Dataset.open(job.file().path());
    try {
      loader =
          dataset
              .loader()
              .batchSize(job.batchSize())
              .sampler(Orders.of(job.file().recordCount(), job.integer("blockRecords"), job.seed()))
              .readahead(Readahead.parse(job.text("readahead")))
              .memoryBytes(Long.parseLong(job.text("memoryBytes")))
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
  public void run(Sink sink) {
    cat();
    for (Epoch epoch : loader.epochs(firstEpoch, epochs)) {
      for (Batch batch : epoch) {
        if (!sink.accept(batch.column(0), batch.size())) {
          return;
        }
      }
    }
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
    facts.addProperty("backend", now.backend());
    facts.addProperty("io", now.io());
    facts.addProperty("readahead", now.readahead().toString());
    facts.addProperty("reason", now.reason());
    facts.addProperty("memoryBytes", now.memoryBytes());
    facts.addProperty("requests", now.requests() - before.requests());
    facts.addProperty("bytesRead", now.bytesRead() - before.bytesRead());
    facts.addProperty("mergedRecords", now.mergedRecords() - before.mergedRecords());
    facts.addProperty("cacheHits", now.cacheHits() - before.cacheHits());
    facts.addProperty("sweeps", now.sweeps() - before.sweeps());
    facts.addProperty("queueDepthMax", now.queueDepthMax());
    facts.addProperty("stallSeconds", (now.stallNanos() - before.stallNanos()) / 1e9);
    facts.addProperty("cpuSecondsNative", (now.cpuNanosNative() - before.cpuNanosNative()) / 1e9);
    return facts;
  }

  @Override
  public void close() {
    dataset.close();
  }
}
