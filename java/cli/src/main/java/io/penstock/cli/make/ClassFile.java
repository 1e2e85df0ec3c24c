package io.penstock.cli.make;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.partial.PartialFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * The names of classes, beside the file of labels: one JSON list, so that the class of label i is
 * {@code json.load(open('x-classes.json'))[i]}. The file appears when it is committed.
 */
final class ClassFile implements AutoCloseable {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().setPrettyPrinting().create();

  private final PartialFile file;

  ClassFile(Path path, List<String> names, boolean mayReplace) {
    this.file = PartialFile.create(path, mayReplace);
    ByteBuffer bytes =
        ByteBuffer.wrap((GSON.toJson(names) + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        file.channel().write(bytes);
      }
    } catch (IOException e) {
      file.close();
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          path,
          "expected a place to write to, found: " + SystemReason.of(e),
          e);
    }
  }

  Path path() {
    return file.target();
  }

  void commit() {
    file.commit();
  }

  @Override
  public void close() {
    file.close();
  }
}
