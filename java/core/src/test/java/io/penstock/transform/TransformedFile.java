package io.penstock.transform;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.options.Shuffle;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An array in a .npy file, and what the batches of a loader with transforms hold of it. */
@Timeout(60)
abstract class TransformedFile {
  static final int COUNT = 37;

  @TempDir Path directory;

  Path npy(String name, String descr, String shape, byte[] bytes) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }".formatted(descr, shape);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
    out.write((header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.UTF_8));
    out.write(bytes);
    return Files.write(directory.resolve(name + ".npy"), out.toByteArray());
  }

  static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new SplittableRandom(count).nextBytes(bytes);
    return bytes;
  }

  /** What the batches hold, in the order of the file. */
  static byte[] run(Path file, Consumer<LoaderBuilder> options) {
    return run(List.of(file), 0, options);
  }

  static byte[] run(List<Path> files, int column, Consumer<LoaderBuilder> options) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Dataset dataset = Dataset.open(files.toArray(Path[]::new))) {
      LoaderBuilder builder = dataset.loader().batchSize(10).shuffle(Shuffle.NONE).seed(3);
      options.accept(builder);
      try (Loader loader = builder.build()) {
        for (Batch batch : loader.epoch(4)) {
          out.writeBytes(batch.column(column).toArray(JAVA_BYTE));
        }
      }
    }
    return out.toByteArray();
  }

  static byte[] bytesOf(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.capacity()];
    buffer.get(0, bytes);
    return bytes;
  }

  static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
  }
}
