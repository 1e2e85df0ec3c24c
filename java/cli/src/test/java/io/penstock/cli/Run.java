package io.penstock.cli;

import io.penstock.cli.command.Streams;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** One run of the command line in this JVM: what it printed, and how it ended. */
public final class Run {
  private final int code;
  private final byte[] out;
  private final String err;

  public Run(int code, byte[] out, String err) {
    this.code = code;
    this.out = out;
    this.err = err;
  }

  public int code() {
    return code;
  }

  /** Bytes of stdout. */
  public byte[] out() {
    return out;
  }

  /** Stderr. */
  public String err() {
    return err;
  }

  /** Arguments may be anything whose text is one: paths, numbers. */
  public static Run of(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    return of(Channels.newChannel(out), out, arguments);
  }

  /** With another stdout; what arrives there is not seen. */
  public static Run into(WritableByteChannel stdout, Object... arguments) {
    return of(stdout, new ByteArrayOutputStream(), arguments);
  }

  private static Run of(
      WritableByteChannel stdout, ByteArrayOutputStream out, Object... arguments) {
    StringWriter err = new StringWriter();
    Streams streams = new Streams(stdout, true, new PrintWriter(err, true), false);
    String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    int code = Main.run(streams, words);
    return new Run(code, out.toByteArray(), err.toString());
  }

  /** Stdout as text. */
  public String text() {
    return new String(out, StandardCharsets.UTF_8);
  }

  /** Lines of stdout. */
  public List<String> lines() {
    return text().lines().toList();
  }

  /** Writes a .npy file of version 1.0 with the given header and data. */
  public static Path npy(Path path, String descr, String shape, byte[] data) {
    String dictionary =
        "{'descr': %s, 'fortran_order': False, 'shape': %s, }".formatted(descr, shape);
    return npy(path, dictionary, data);
  }

  /** With any dictionary. */
  public static Path npy(Path path, String dictionary, byte[] data) {
    String padded = dictionary + " ".repeat(Math.floorMod(-dictionary.length() - 11, 64)) + "\n";
    byte[] header = padded.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer file = ByteBuffer.allocate(10 + header.length + data.length);
    file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
    file.put((byte) header.length).put((byte) (header.length >> 8)).put(header).put(data);
    try {
      return Files.write(path, file.array());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** uint8 of shape (count, recordBytes); no two records of it are alike. */
  public static Path records(Path path, int count, int recordBytes) {
    byte[] data = new byte[count * recordBytes];
    for (int i = 0; i < data.length; i++) {
      int record = i / recordBytes;
      data[i] = (byte) (record >> (8 * (i % recordBytes % Integer.BYTES)));
    }
    return npy(path, "'|u1'", "(%d, %d)".formatted(count, recordBytes), data);
  }
}
