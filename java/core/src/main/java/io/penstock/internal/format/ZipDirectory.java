package io.penstock.internal.format;

import io.penstock.error.PenstockException;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The members of a zip archive (PKWARE's APPNOTE, with zip64), as its central directory lists them.
 *
 * <p>What it owns: finding the directory at the end of the file, and the checks that members do not
 * overlap each other or the directory. If two copies of a fact differ, the file is refused:
 * programs that read zip files differ in which copy they trust, so such a file means different
 * things to different readers. Archives in several files, or behind other data, are not .npz files.
 */
public final class ZipDirectory {
  /** Of the header that lies before each member. */
  public static final int LOCAL_HEADER_BYTES = 30;

  /** A directory of this size has some 200,000 members. */
  static final int MAX_DIRECTORY_BYTES = 1 << 24;

  static final int MAX_MEMBERS = 100_000;

  private static final int END_SIGNATURE = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int END64_BYTES = 56;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final int ENTRY_BYTES = 46;
  private static final int MAX_COMMENT_BYTES = 0xffff;

  /** The 16 and 32 bits that say that the number is in a zip64 structure. */
  private static final int ELSEWHERE_16 = 0xffff;

  private static final long ELSEWHERE_32 = 0xffffffffL;
  private static final int ZIP64_EXTRA = 1;
  private static final int UTF8_FLAG = 1 << 11;

  /**
   * A member, as the directory describes it.
   *
   * @param name as text
   * @param storedName its bytes as they are, a character each
   * @param flags general purpose bits
   * @param method of compression, 0 for stored
   * @param storedBytes size in the archive
   * @param sizeBytes size without compression
   * @param headerOffset where its local header starts
   * @param endOffset where the next item in the file starts, before which this one must end
   */
  public record ZipMember(
      String name,
      String storedName,
      int flags,
      int method,
      long storedBytes,
      long sizeBytes,
      long headerOffset,
      long endOffset) {}

  /** Where the directory lies, and how many members it has. */
  private record MemberPlace(long offset, long size, long count, long end) {}

  private final OpenFile file;

  private ZipDirectory(OpenFile file) {
    this.file = file;
  }

  /** The members in the order of the directory. */
  public static List<ZipMember> read(OpenFile file) {
    ZipDirectory directory = new ZipDirectory(file);
    MemberPlace place = directory.find();
    if (place.offset < 0 || place.size < 0 || place.offset > place.end - place.size) {
      throw directory.damaged(
          "expected its directory before its end, found %d bytes from byte %d on"
              .formatted(place.size, place.offset));
    }
    if (place.offset + place.size != place.end) {
      throw directory.damaged(
          "expected its directory to end at byte %d, found %d"
              .formatted(place.end, place.offset + place.size));
    }
    if (place.size > MAX_DIRECTORY_BYTES || place.count < 0 || place.count > MAX_MEMBERS) {
      throw file.problem(
          "expected an archive of at most %d members in a directory of %d bytes, found %d in %d"
              .formatted(MAX_MEMBERS, MAX_DIRECTORY_BYTES, place.count, place.size));
    }
    byte[] bytes = file.read(place.offset, (int) place.size, "the directory of the archive");
    return directory.apart(directory.members(little(bytes), place.count), place.offset);
  }

  private MemberPlace find() {
    int tailBytes = (int) Math.min(file.sizeBytes(), END_BYTES + MAX_COMMENT_BYTES);
    long tailOffset = file.sizeBytes() - tailBytes;
    ByteBuffer tail = little(file.read(tailOffset, tailBytes, "the end of the archive"));
    for (int at = tailBytes - END_BYTES; at >= 0; at--) {
      if (tail.getInt(at) == END_SIGNATURE
          && u2(tail, at + END_BYTES - 2) == tailBytes - at - END_BYTES) {
        return find(tail, at, tailOffset + at);
      }
    }
    throw file.problem(
        "archive is cut short: expected a directory at its end, found none: make or copy it"
            + " again");
  }

  private MemberPlace find(ByteBuffer tail, int at, long endOffset) {
    MemberPlace place =
        new MemberPlace(u4(tail, at + 16), u4(tail, at + 12), u2(tail, at + 10), endOffset);
    checkOneDisk(u2(tail, at + 4), u2(tail, at + 6), u2(tail, at + 8) - place.count);
    boolean hasLocator =
        at >= LOCATOR_BYTES && tail.getInt(at - LOCATOR_BYTES) == LOCATOR_SIGNATURE;
    boolean isElsewhere =
        place.offset == ELSEWHERE_32 || place.size == ELSEWHERE_32 || place.count == ELSEWHERE_16;
    if (!hasLocator) {
      return place;
    }
    long end64Offset = tail.getLong(at - LOCATOR_BYTES + 8);
    long locatorOffset = endOffset - LOCATOR_BYTES;
    if (end64Offset < 0 || end64Offset > locatorOffset - END64_BYTES) {
      throw damaged("expected a zip64 end before byte " + locatorOffset + ", found none");
    }
    ByteBuffer end = little(file.read(end64Offset, END64_BYTES, "the zip64 end of the archive"));
    MemberPlace place64 =
        new MemberPlace(end.getLong(48), end.getLong(40), end.getLong(32), end64Offset);
    checkOneDisk(end.getInt(16), end.getInt(20), end.getLong(24) - place64.count);
    // Other programs may add data behind its fixed part; it must reach to the locator.
    if (end.getInt(0) != END64_SIGNATURE || end.getLong(4) != locatorOffset - end64Offset - 12) {
      throw damaged("expected a zip64 end at byte " + end64Offset + ", found other bytes");
    }
    if (!isElsewhere
        && (place.offset != place64.offset
            || place.size != place64.size
            || place.count != place64.count)) {
      throw damaged("expected both its ends to say the same, found that they differ");
    }
    return place64;
  }

  private void checkOneDisk(long disk, long directoryDisk, long otherMembers) {
    if (disk != 0 || directoryDisk != 0 || otherMembers != 0) {
      throw file.problem(
          "expected an archive in one file, found one of several: join them with zip -s 0");
    }
  }

  private List<ZipMember> members(ByteBuffer directory, long count) {
    List<ZipMember> members = new ArrayList<>();
    Set<String> names = new HashSet<>();
    while (directory.hasRemaining()) {
      ZipMember member = member(directory);
      if (!names.add(member.name)) {
        throw damaged(
            "expected members of different names, found '%s' twice"
                .formatted(Excerpt.of(member.name, 0)));
      }
      members.add(member);
    }
    if (members.size() != count) {
      throw damaged("expected %d members, found %d".formatted(count, members.size()));
    }
    return members;
  }

  private ZipMember member(ByteBuffer directory) {
    int at = directory.position();
    if (directory.remaining() < ENTRY_BYTES || directory.getInt(at) != ENTRY_SIGNATURE) {
      throw damaged("expected an entry at byte " + at + " of its directory, found other bytes");
    }
    int nameBytes = u2(directory, at + 28);
    int extraBytes = u2(directory, at + 30);
    int commentBytes = u2(directory, at + 32);
    if (directory.remaining() < ENTRY_BYTES + nameBytes + extraBytes + commentBytes) {
      throw damaged("expected an entry at byte " + at + " of its directory, found half of one");
    }
    byte[] name = new byte[nameBytes];
    directory.get(at + ENTRY_BYTES, name);
    int flags = u2(directory, at + 8);
    long[] sizes = {
      u4(directory, at + 24), u4(directory, at + 20), u4(directory, at + 42), u2(directory, at + 34)
    };
    ByteBuffer extra = little(directory, at + ENTRY_BYTES + nameBytes, extraBytes);
    if (!expand(extra, sizes)) {
      throw damaged("expected the sizes of '" + Excerpt.of(name) + "', found too few");
    }
    directory.position(at + ENTRY_BYTES + nameBytes + extraBytes + commentBytes);
    // Names without the flag are in an old code page, of which only ASCII is certain.
    Charset charset =
        (flags & UTF8_FLAG) == 0 ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
    return new ZipMember(
        new String(name, charset),
        new String(name, StandardCharsets.ISO_8859_1),
        flags,
        u2(directory, at + 10),
        sizes[1],
        sizes[0],
        sizes[2],
        0);
  }

  /**
   * Takes numbers that do not fit 32 bits from the zip64 field: size, stored size, offset (32 bits
   * each) and disk (16 bits), of which any may be there. False when there are fewer than wanted.
   */
  public static boolean expand(ByteBuffer extra, long[] sizes) {
    while (extra.remaining() >= 4) {
      int kind = Short.toUnsignedInt(extra.getShort());
      int length = Short.toUnsignedInt(extra.getShort());
      if (length > extra.remaining()) {
        return false;
      }
      if (kind == ZIP64_EXTRA) {
        return expandFrom(little(extra, extra.position(), length), sizes);
      }
      extra.position(extra.position() + length);
    }
    return expandFrom(little(new byte[0]), sizes);
  }

  private static boolean expandFrom(ByteBuffer field, long[] sizes) {
    for (int i = 0; i < sizes.length; i++) {
      boolean isDisk = i == 3;
      if (sizes[i] != (isDisk ? ELSEWHERE_16 : ELSEWHERE_32)) {
        continue;
      }
      if (field.remaining() < (isDisk ? 4 : 8)) {
        return false;
      }
      sizes[i] = isDisk ? field.getInt() : field.getLong();
    }
    return true;
  }

  /** Sets where each member must end, and refuses members that overlap. */
  private List<ZipMember> apart(List<ZipMember> members, long directoryOffset) {
    List<ZipMember> sorted = new ArrayList<>(members);
    sorted.sort(Comparator.comparingLong(ZipMember::headerOffset));
    long next = directoryOffset;
    for (int i = sorted.size() - 1; i >= 0; i--) {
      ZipMember member = sorted.get(i);
      long leastBytes = (long) LOCAL_HEADER_BYTES + member.storedName.length();
      if (member.headerOffset < 0
          || member.storedBytes < 0
          || member.sizeBytes < 0
          || member.headerOffset > next - leastBytes
          || member.storedBytes > next - leastBytes - member.headerOffset) {
        throw damaged(
            ("expected members that lie apart, found '%s' from byte %d on with %d bytes, over what"
                    + " starts at byte %d")
                .formatted(
                    Excerpt.of(member.name, 0), member.headerOffset, member.storedBytes, next));
      }
      sorted.set(
          i,
          new ZipMember(
              member.name,
              member.storedName,
              member.flags,
              member.method,
              member.storedBytes,
              member.sizeBytes,
              member.headerOffset,
              next));
      next = member.headerOffset;
    }
    return sorted;
  }

  private PenstockException damaged(String problem) {
    return file.problem("not a valid archive: " + problem + ": write it again with numpy.savez");
  }

  public static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteBuffer little(ByteBuffer bytes, int offset, int count) {
    return bytes.slice(offset, count).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int u2(ByteBuffer bytes, int at) {
    return Short.toUnsignedInt(bytes.getShort(at));
  }

  private static long u4(ByteBuffer bytes, int at) {
    return Integer.toUnsignedLong(bytes.getInt(at));
  }
}
