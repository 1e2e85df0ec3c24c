package io.penstock.internal.format.arrow;

import io.penstock.internal.index.RecordingIndexBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files beside these tests. */
final class ArrowSamples {
  private ArrowSamples() {}

  static byte[] bytes(String name) {
    try (InputStream in = ArrowSamples.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static RecordingIndexBuilder scan(String name) {
    return scan(bytes(name));
  }

  static RecordingIndexBuilder scan(byte[] container) {
    try {
      Path path = Files.createTempFile("penstock", ".arrow");
      try {
        Files.write(path, container);
        return RecordingIndexBuilder.of(path, new ArrowScan());
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
