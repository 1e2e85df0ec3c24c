package io.penstock.write;

import io.penstock.array.ElementType;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;

/** A process that writes and then waits to be killed, with its file unfinished. */
final class Holder {
  static final int RECORD_BYTES = 1 << 20;

  private Holder() {}

  static byte[] record(int number) {
    byte[] record = new byte[RECORD_BYTES];
    Arrays.fill(record, (byte) (number * 31 + 7));
    return record;
  }

  /** Arguments: target, "append" or "resume", bytes, job. */
  public static void main(String[] arguments) throws IOException {
    NpyWriterBuilder builder =
        NpyWriter.builder(Path.of(arguments[0]), ElementType.UINT8, RECORD_BYTES);
    if (arguments[1].equals("resume")) {
      builder.resumable(arguments[3]).checkpointBytes(16 << 20);
    }
    try (NpyWriter writer = builder.open()) {
      for (int i = 0; (long) i * RECORD_BYTES < Long.parseLong(arguments[2]); i++) {
        writer.append(MemorySegment.ofArray(record(i)));
      }
      System.out.write('r');
      System.out.flush();
      System.in.read();
      System.in.transferTo(OutputStream.nullOutputStream());
    }
  }
}
