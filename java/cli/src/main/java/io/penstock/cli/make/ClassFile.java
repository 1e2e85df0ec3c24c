package io.penstock.cli.make;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.penstock.error.PenstockException;
import io.penstock.internal.os.SystemReason;
import io.penstock.write.PartialFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Names of classes beside a file of their numbers: one list in JSON, so that the class of label i
 * is {@code json.load(open('x-classes.json'))[i]}. It gets its name when it is committed.
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
          path, "expected a place to write to, found: " + SystemReason.of(e), e);
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
