package io.penstock.internal.format;

import io.penstock.error.PenstockException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * A member of a zip archive that is stored, not compressed, so that it is a file at an offset.
 *
 * <p>What it owns: the header that lies before the member, and that it says what the directory
 * says. Members that are compressed or encrypted are refused with the reason.
 */
public final class StoredMember {
  private static final int LOCAL_SIGNATURE = 0x04034b50;

  /** Bits of encryption, and of a directory that hides its local headers. */
  private static final int ENCRYPTED_FLAGS = 1 | 1 << 6 | 1 << 13;

  /** Set by writers that could not go back to write the sizes before the data. */
  private static final int SIZES_BEHIND_FLAG = 1 << 3;

  /** PyTorch pads each header so that its data begins at a multiple of 64 bytes. */
  private static final int USUAL_EXTRA_BYTES = 4 + 64;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:");
  private static final Pattern PARENT = Pattern.compile("(^|/)\\.\\.(/|$)");

  private StoredMember() {}

  /**
   * A member as a file of its own.
   *
   * @param name what to call it in messages
   * @param remedy what to do if it is compressed
   * @throws PenstockException if it is not stored, or its two headers differ
   */
  public static OpenFile section(
      OpenFile file, ZipDirectory.ZipMember member, String name, String remedy) {
    checkReadable(file, member, name, remedy);
    byte[] start =
        file.read(member.headerOffset(), headerBytes(file, member), "the header of " + name);
    ByteBuffer header = ZipDirectory.little(start);
    int nameBytes = Short.toUnsignedInt(header.getShort(26));
    int extraBytes = Short.toUnsignedInt(header.getShort(28));
    long dataOffset =
        member.headerOffset() + ZipDirectory.LOCAL_HEADER_BYTES + nameBytes + extraBytes;
    if (header.getInt(0) != LOCAL_SIGNATURE
        || dataOffset > member.endOffset()
        || member.storedBytes() > member.endOffset() - dataOffset) {
      throw differs(file, name, "its size");
    }
    int bytes = ZipDirectory.LOCAL_HEADER_BYTES + nameBytes + extraBytes;
    if (bytes > start.length) {
      start = file.read(member.headerOffset(), bytes, "the header of " + name);
    }
    byte[] rest = Arrays.copyOfRange(start, ZipDirectory.LOCAL_HEADER_BYTES, bytes);
    ByteBuffer extra = ZipDirectory.little(Arrays.copyOfRange(rest, nameBytes, rest.length));
    long[] sizes = {
      Integer.toUnsignedLong(header.getInt(22)), Integer.toUnsignedLong(header.getInt(18))
    };
    if ((member.flags() & SIZES_BEHIND_FLAG) == 0
        && (!ZipDirectory.expand(extra, sizes)
            || sizes[0] != member.sizeBytes()
            || sizes[1] != member.storedBytes())) {
      throw differs(file, name, "its size");
    }
    if (Short.toUnsignedInt(header.getShort(6)) != member.flags()
        || Short.toUnsignedInt(header.getShort(8)) != member.method()) {
      throw differs(file, name, "how it is stored");
    }
    String storedName = new String(rest, 0, nameBytes, StandardCharsets.ISO_8859_1);
    if (!storedName.equals(member.storedName())) {
      throw differs(file, name, "its name");
    }
    return file.section(name, dataOffset, member.storedBytes());
  }

  /** What holds most headers in one read, of an archive that may have a million members. */
  private static int headerBytes(OpenFile file, ZipDirectory.ZipMember member) {
    long room = Math.min(member.endOffset(), file.sizeBytes()) - member.headerOffset();
    int usual = ZipDirectory.LOCAL_HEADER_BYTES + member.storedName().length() + USUAL_EXTRA_BYTES;
    return (int) Math.max(ZipDirectory.LOCAL_HEADER_BYTES, Math.min(usual, room));
  }

  private static void checkReadable(
      OpenFile file, ZipDirectory.ZipMember member, String name, String remedy) {
    if (isTrick(member.name())) {
      throw file.problem(
          ("'%s': expected a name inside the archive, found one that leads out of it or is not"
                  + " printable: write the array under another name")
              .formatted(name));
    }
    if ((member.flags() & ENCRYPTED_FLAGS) != 0) {
      throw file.problem(
          "'%s' is encrypted: expected a stored member: unpack the archive with its password"
              .formatted(name));
    }
    if (member.method() != STORED) {
      String how = member.method() == DEFLATED ? "deflated" : "method " + member.method();
      throw file.problem(
          "'%s' is compressed (%s): expected a stored member, which can be read in place: %s"
              .formatted(name, how, remedy));
    }
    if (member.storedBytes() != member.sizeBytes()) {
      throw differs(file, name, "its size");
    }
  }

  /**
   * Names are only labels here. But files that are written from them later must not lead out of
   * their folder.
   */
  private static boolean isTrick(String name) {
    return name.startsWith("/")
        || name.contains("\\")
        || name.chars().anyMatch(character -> character < 0x20 || character == 0x7f)
        || DRIVE.matcher(name).lookingAt()
        || PARENT.matcher(name).find();
  }

  private static PenstockException differs(OpenFile file, String name, String what) {
    return file.problem(
        ("not a valid archive: expected the directory and the header of '%s' to agree, found that"
                + " they differ in %s: write it again with what made it")
            .formatted(name, what));
  }
}
