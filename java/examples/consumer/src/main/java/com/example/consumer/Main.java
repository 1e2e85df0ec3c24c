package com.example.consumer;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import java.nio.file.Path;
import java.util.zip.CRC32;

/**
 * Reads one epoch of x.npy in shuffled batches and prints a checksum of what came, in that order.
 */
public final class Main {
  /** Its argument is the path of x.npy. */
  public static void main(String[] args) {
    CRC32 checksum = new CRC32();
    try (Dataset dataset = Dataset.open(Path.of(args[0]));
        Loader loader = dataset.loader().batchSize(32).seed(7).build()) {
      for (Batch batch : loader.epoch(0)) {
        checksum.update(batch.asByteBuffer("x"));
      }
    }
    System.out.printf("%08x%n", checksum.getValue());
  }
}
