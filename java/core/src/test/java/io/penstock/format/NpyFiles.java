package io.penstock.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes .npy files for tests, byte by byte, so that they may be wrong in any way. */
public final class NpyFiles {
  private NpyFiles() {}

  /** The start of a file of version 1, 2 or 3: all that comes before the elements. */
  public static byte[] header(int version, String dictionary) {
    byte[] text =
        dictionary.getBytes(version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    return header(version, text.length, text);
  }

  /** The same with a stated length of its own. */
  public static byte[] header(int version, int lengthBytes, byte[] text) {
    ByteBuffer length = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 1) {
      length.putShort((short) lengthBytes);
    } else {
      length.putInt(lengthBytes);
    }
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0};
    return join(magic, length.array(), text);
  }

  public static byte[] join(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  public static String dictionary(String descr, String fortranOrder, String shape) {
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n"
        .formatted(descr, fortranOrder, shape);
  }

  public static Path write(Path directory, byte[] contents) {
    return write(directory, "x.npy", contents);
  }

  public static Path write(Path directory, String name, byte[] contents) {
    try {
      return Files.write(directory.resolve(name), contents);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
