package io.penstock.cli.convert;

import io.penstock.array.Part;
import io.penstock.array.StreamedArray;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.internal.kind.FileKind;
import io.penstock.internal.partial.PartialFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A compressed file or member of an archive, or an array in text or chunks, unpacked to a temporary
 * file beside the target. Deleted when it has been read.
 *
 * <p>This way memory does not grow with the data, and the copy is read like any file. Sizes are not
 * trusted: a member is unpacked up to the size in the archive, a file up to the free space of the
 * device.
 */
final class Unpacked implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int START_BYTES = 6;

  /** In less, elements that begin with the two bytes of zlib may be taken for it. */
  private static final int LEAST_ZLIB_BYTES = 64;

  private static final String SUFFIX = ".npy";

  private final PartialFile file;
  private final Source place;
  private final SourceFile source;

  private Unpacked(PartialFile file, Source place, SourceFile source) {
    this.file = file;
    this.place = place;
    this.source = source;
  }

  /** The file to read, with the part of it that was asked for. */
  Source place() {
    return place;
  }

  /**
   * An error about the copy as one about the file that it came from, which is the one that the user
   * knows and whose parts have the same names.
   */
  PenstockException ofSource(PenstockException e) {
    Path copy = file.path();
    String message =
        e.getMessage()
            .replace(copy.toString(), source.path().toString())
            .replace(copy.getFileName().toString(), source.path().getFileName().toString());
    if (message.equals(e.getMessage())) {
      return e;
    }
    PenstockException.Builder told = e.toBuilder(message).cause(e);
    if (e.path().filter(copy::equals).isPresent()) {
      told.path(source.path());
    }
    return told.build();
  }

  /** The same for several copies, of which the last may have come from another one. */
  static PenstockException ofSources(PenstockException e, List<Unpacked> copies) {
    PenstockException named = e;
    for (Unpacked copy : copies.reversed()) {
      named = copy.ofSource(named);
    }
    return named;
  }

  /** Whether a path is this copy. */
  boolean isIn(Path other) {
    return file.path().toAbsolutePath().equals(other.toAbsolutePath());
  }

  /** The file that it was unpacked from. */
  SourceFile source() {
    return source;
  }

  /**
   * Unpacks a file.
   *
   * @param place the file, with the part of it that was asked for
   * @param scratch name beside which the copy lies
   * @param number of the copy among several
   * @return the copy; null if nothing is compressed there
   */
  static Unpacked of(Source place, Path scratch, int number) throws IOException {
    Path target = target(scratch, number);
    if (!Files.isRegularFile(place.file())) {
      return null; // Formats says what is wrong with it.
    }
    byte[] start = new byte[START_BYTES];
    try (InputStream in = Files.newInputStream(place.file())) {
      in.readNBytes(start, 0, START_BYTES);
    }
    FileKind kind = FileKind.of(place.file()).orElse(null);
    boolean isCompressed = kind != null && kind.content() == FileKind.Content.COMPRESSED;
    if (place.partName().orElse("").startsWith("raw:")
        && !(isCompressed && isSurelyCompressed(place.file(), start))) {
      return null; // Elements may begin with any bytes.
    }
    if (start[0] == 0x1f && start[1] == (byte) 0x8b) {
      return stream(place, target, true);
    }
    if (start[0] == 0x78 && ((start[0] & 0xff) << 8 | (start[1] & 0xff)) % 31 == 0) {
      return stream(place, target, false);
    }
    if (isCompressed) {
      throw PenstockException.about(
          ErrorKind.WRONG_FORMAT,
          place.file(),
          "expected an array, or one compressed by gzip or zlib, found %s: %s"
              .formatted(kind.name(), kind.remedy()));
    }
    return start[0] == 'P' && start[1] == 'K' ? member(place, target) : null;
  }

  /** Gzip with the one method that it has, or zlib of which some bytes could be unpacked. */
  private static boolean isSurelyCompressed(Path file, byte[] start) throws IOException {
    return (start[0] == 0x78 && Files.size(file) >= LEAST_ZLIB_BYTES)
        || (start[0] == 0x1f && start[2] == 8 && (start[3] & 0xe0) == 0);
  }

  /**
   * Writes elements that come one after another to a file where they can be read in place; in
   * Fortran order, too.
   *
   * @param array the elements
   * @param scratch name beside which the copy lies
   * @param number of the copy among several
   * @return the copy
   */
  static Unpacked of(StreamedArray array, Path scratch, int number) throws IOException {
    Path target = target(scratch, number);
    SourceFile source = SourceFile.of(array.path());
    byte[] header = NpyPrefix.of(array);
    long bytes = header.length + array.dataBytes();
    return closing(
        new SequenceInputStream(new ByteArrayInputStream(header), StreamedElements.open(array)),
        elements -> {
          Unpacked copy = copy(Source.of(array.path()), source, elements, bytes, target);
          if (Files.size(copy.file.path()) != bytes) {
            copy.close();
            throw damaged(array.path(), new EOFException("its elements end early"));
          }
          return copy;
        });
  }

  /** How a copy is made of something that is open. */
  interface Copying<S> {
    Unpacked from(S source) throws IOException;
  }

  /** Closes the source; if even that fails, the copy is not used, and deleted. */
  static <S extends Closeable> Unpacked closing(S source, Copying<S> copying) throws IOException {
    Unpacked copy = null;
    try (source) {
      copy = copying.from(source);
      return copy;
    } catch (IOException | RuntimeException | Error e) {
      if (copy != null) {
        copy.close();
      }
      throw e;
    }
  }

  private static Path target(Path scratch, int number) {
    return scratch.resolveSibling("%s.unpacked-%d".formatted(scratch.getFileName(), number));
  }

  /** What was asked for, in a copy of its file. */
  private static Source in(Path copy, Source asked) {
    Source source = Source.of(copy);
    return asked.partName().map(source::part).orElse(source);
  }

  private static Unpacked stream(Source place, Path target, boolean isGzip) throws IOException {
    SourceFile source = SourceFile.of(place.file());
    try {
      return closing(
          new BufferedInputStream(Files.newInputStream(place.file()), BUFFER_BYTES),
          in ->
              closing(
                  isGzip ? new GzipStream(in) : new InflaterInputStream(in),
                  unpacked -> copy(place, source, unpacked, Long.MAX_VALUE, target)));
    } catch (EOFException | ZipException e) {
      throw damaged(place.file(), e); // Within the header of gzip.
    }
  }

  /**
   * A member that is compressed; null if it is not, or there is none of this name. Of one that is
   * stored, and read where it lies, the checksum is compared: whatever is written is whole.
   */
  private static Unpacked member(Source place, Path target) throws IOException {
    SourceFile source = SourceFile.of(place.file());
    String wanted = place.partName().orElseGet(() -> only(place.file()));
    try {
      return closing(
          new ZipFile(place.file().toFile()), zip -> member(place, source, zip, wanted, target));
    } catch (ZipException e) {
      throw damaged(place.file(), e);
    }
  }

  private static Unpacked member(
      Source place, SourceFile source, ZipFile zip, String wanted, Path target) throws IOException {
    // A field of a member is named behind a dot: the longest name of a member counts.
    for (int end = wanted.length(); end > 0; end = wanted.lastIndexOf('.', end - 1)) {
      ZipEntry entry = zip.getEntry(wanted.substring(0, end) + SUFFIX);
      if (entry == null) {
        continue;
      }
      if (entry.getMethod() == ZipEntry.STORED) {
        check(zip, entry);
      }
      if (entry.getMethod() != ZipEntry.DEFLATED || entry.getSize() < 0) {
        return null;
      }
      Source file = Source.of(place.file());
      boolean isWhole = end == wanted.length();
      Source asked = isWhole ? file : file.part(wanted.substring(end + 1));
      return member(asked, source, zip, entry, target);
    }
    return null;
  }

  /** With its checksum, which ZipFile does not look at. */
  private static Unpacked member(
      Source place, SourceFile source, ZipFile zip, ZipEntry entry, Path target)
      throws IOException {
    return closing(
        new CheckedInputStream(zip.getInputStream(entry), new CRC32()),
        in -> {
          Unpacked copy = copy(place, source, in, entry.getSize(), target);
          try {
            check(in, entry);
          } catch (ZipException e) {
            copy.close();
            throw e;
          }
          return copy;
        });
  }

  private static void check(ZipFile zip, ZipEntry entry) throws IOException {
    try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      in.transferTo(OutputStream.nullOutputStream());
      check(in, entry);
    }
  }

  private static void check(CheckedInputStream in, ZipEntry entry) throws ZipException {
    long crc = in.getChecksum().getValue();
    if (crc != entry.getCrc()) {
      throw new ZipException(
          "CRC-32 of %s is %08x, should be %08x".formatted(entry.getName(), crc, entry.getCrc()));
    }
  }

  /** The name of the only array; that of none where there are several, which Formats lists. */
  private static String only(Path file) {
    List<Part> arrays = Formats.parts(file).stream().filter(part -> !part.isField()).toList();
    return arrays.size() == 1 ? arrays.getFirst().name() : "";
  }

  private static Unpacked copy(
      Source place, SourceFile source, InputStream in, long mostBytes, Path target) {
    PartialFile file = PartialFile.create(target, true);
    try {
      ReadableByteChannel channel = Channels.newChannel(in);
      ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
      long left = mostBytes;
      while (true) {
        int count;
        try {
          count = channel.read(buffer.clear());
        } catch (IOException e) {
          throw damaged(source.path(), e);
        }
        if (count < 0) {
          break;
        }
        left -= count;
        if (left < 0) {
          throw damaged(source.path(), new IOException("it is longer than the archive says"));
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
          write(file, buffer);
        }
      }
      source.check();
      return new Unpacked(file, in(file.path(), place), source);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static void write(PartialFile file, ByteBuffer buffer) {
    try {
      file.channel().write(buffer);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          file.path(),
          "expected room for what is unpacked, found: %s: make room, or write elsewhere"
              .formatted(e.getMessage()),
          e);
    }
  }

  static PenstockException damaged(Path file, IOException e) {
    return PenstockException.about(
        ErrorKind.WRONG_FORMAT,
        file,
        "expected a file that is whole, found that it is damaged or cut short (%s): make or copy it again"
            .formatted(e.getMessage() == null ? "it ends early" : e.getMessage()),
        e);
  }

  @Override
  public void close() {
    file.close();
  }
}
