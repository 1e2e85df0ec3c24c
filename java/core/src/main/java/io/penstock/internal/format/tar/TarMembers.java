package io.penstock.internal.format.tar;

import io.penstock.error.PenstockException;
import io.penstock.internal.index.ScanInput;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The members of an archive, one after another: name, kind, and where the bytes are.
 *
 * <p>What it owns: the forms of tar (v7, ustar, GNU, pax), and where an archive ends. It reads
 * headers and no data, passes over data only as far as the file goes, and keeps nothing of a member
 * when the next one is asked for. It does not know samples.
 */
final class TarMembers {
  /** What a member is, as far as it matters to those who want its bytes. */
  enum Kind {
    FILE("a file"),
    DIRECTORY("a directory"),
    HARD_LINK("a hard link"),
    SYMBOLIC_LINK("a symbolic link"),
    SPARSE("a sparse file"),
    DEVICE("a device or pipe"),
    CONTINUED("the rest of a file from another volume"),
    UNKNOWN("a member of a type that tar does not have");

    final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  /** More than any name, and more than the attributes of a file that Linux stores. */
  private static final int MOST_EXTRA_BYTES = 1 << 20;

  private static final String HEADER = "the header of a member";

  private final ScanInput in;

  /** The header at hand, and what was read together with it. */
  private ByteBuffer view = ByteBuffer.allocate(0);

  /** Where the next header is. */
  private long next;

  private boolean hasEndMark;

  private byte[] name = new byte[TarHeader.NAME_BYTES + TarHeader.PREFIX_BYTES + 1];
  private int nameLength;
  private byte[] linkName = {};
  private Kind kind = Kind.FILE;
  private long headerOffset;
  private long dataOffset;
  private long sizeBytes;

  /** What the headers before a member's own said; null if they do not. */
  private byte[] longName;

  private byte[] longLink;
  private PaxRecords pax;

  TarMembers(ScanInput in) {
    this.in = in;
  }

  /** The bytes of the name, up to {@link #nameLength}; they change with the next member. */
  byte[] name() {
    return name;
  }

  int nameLength() {
    return nameLength;
  }

  Kind kind() {
    return kind;
  }

  /** Where the header of the member begins. */
  long headerOffset() {
    return headerOffset;
  }

  long dataOffset() {
    return dataOffset;
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /** The name, for people. */
  String nameText() {
    return Excerpt.of(new String(name, 0, nameLength, StandardCharsets.UTF_8), 0);
  }

  /** What a link leads to, for people; empty if it does not say. */
  String linkText() {
    return Excerpt.of(new String(linkName, StandardCharsets.UTF_8), 0);
  }

  /** At the end: whether it was marked, by a block of zeros, or the file just ended. */
  boolean hasEndMark() {
    return hasEndMark;
  }

  /** At the end: where the first byte behind the last member is. */
  long endOffset() {
    return next;
  }

  /**
   * Goes to the next member.
   *
   * @return false at the end
   * @throws PenstockException if there is something else
   */
  boolean advance() {
    longName = null;
    longLink = null;
    pax = null;
    headerOffset = next;
    while (next < in.sizeBytes() || isAnnounced()) {
      look(next, TarHeader.BLOCK_BYTES, HEADER);
      if (TarHeader.isZero(view, 0) && !isAnnounced()) {
        hasEndMark = true;
        return false;
      }
      if (!TarHeader.hasSum(view, 0)) {
        throw in.file()
            .problemAt(
                next,
                "expected %s at byte %d, found other bytes: it is damaged: make or copy it again"
                    .formatted(HEADER, in.file().position(next)));
      }
      if (isMember()) {
        return true;
      }
    }
    return false;
  }

  /** Whether headers were found that belong to a member behind them. */
  private boolean isAnnounced() {
    return longName != null || longLink != null || pax != null;
  }

  /** Takes a header; false if it belongs to another one. */
  private boolean isMember() {
    char type = TarHeader.type(view, 0);
    long size = TarHeader.size(view, 0);
    if (size == TarHeader.INVALID) {
      throw in.file()
          .problemAt(
              next,
              "expected the size of a member at byte %d, found no number: it is damaged: make or copy it again"
                  .formatted(in.file().position(next)));
    }
    switch (type) {
      case 'L' -> longName = text(extra(size, "a long name"));
      case 'K' -> longLink = text(extra(size, "the long name of a link"));
      case 'x', 'X', 'g' -> addPax(extra(size, "a pax header"), type == 'g');
      default -> {
        setMember(type, size);
        return true;
      }
    }
    return false;
  }

  private void setMember(char type, long headerSize) {
    setName();
    kind = kind(type);
    linkName = linkName();
    long bytes = pax != null && pax.size >= 0 ? pax.size : headerSize;
    boolean hasPieces = type == 'S' && TarHeader.hasMorePieces(view, 0);
    dataOffset = next + TarHeader.BLOCK_BYTES;
    while (hasPieces) {
      look(dataOffset, TarHeader.BLOCK_BYTES, "the pieces of a sparse file");
      hasPieces = TarHeader.hasNextPieces(view, 0);
      dataOffset += TarHeader.BLOCK_BYTES;
    }
    sizeBytes = hasData(type) ? bytes : 0;
    if (sizeBytes > in.sizeBytes() - dataOffset) {
      throw in.file()
          .problemAt(
              in.sizeBytes(),
              ("it is cut short: expected member '%s' of %d bytes from byte %d on, found the end of"
                      + " the file at %d: make or copy it again, or cut it where this member"
                      + " begins, by truncate --size=%d")
                  .formatted(
                      nameText(),
                      sizeBytes,
                      in.file().position(dataOffset),
                      in.file().position(in.sizeBytes()),
                      in.file().position(headerOffset)));
    }
    next = padded(dataOffset + sizeBytes);
  }

  /** The end of the block, or of the file: a writer that was killed has not padded it. */
  private long padded(long end) {
    long over = end % TarHeader.BLOCK_BYTES;
    return over == 0 ? end : Math.min(in.sizeBytes(), end + TarHeader.BLOCK_BYTES - over);
  }

  /** As tar does: links, directories and devices have no data, whatever their size says. */
  private static boolean hasData(char type) {
    return type < '1' || type > '6';
  }

  private Kind kind(char type) {
    if (type == '0' && longName == null && nameLength > 0 && name[nameLength - 1] == '/') {
      return Kind.DIRECTORY; // As v7 has it.
    }
    return switch (type) {
      case '0', '7' -> pax != null && pax.isSparse ? Kind.SPARSE : Kind.FILE;
      case '1' -> Kind.HARD_LINK;
      case '2' -> Kind.SYMBOLIC_LINK;
      case '3', '4', '6' -> Kind.DEVICE;
      // D is a directory with the names in it; V names the archive, N files of a very old GNU tar.
      case '5', 'D', 'V', 'N' -> Kind.DIRECTORY;
      case 'S' -> Kind.SPARSE;
      case 'M' -> Kind.CONTINUED;
      default -> Kind.UNKNOWN;
    };
  }

  private void setName() {
    byte[] given = longName;
    if (pax != null && pax.sparseName != null) {
      given = pax.sparseName;
    } else if (pax != null && pax.path != null) {
      given = pax.path;
    }
    if (given != null) {
      if (given.length > name.length) {
        name = new byte[given.length];
      }
      System.arraycopy(given, 0, name, 0, given.length);
      nameLength = given.length;
      return;
    }
    nameLength = 0;
    if (TarHeader.hasPrefix(view, 0)) {
      addToName(TarHeader.PREFIX_OFFSET, TarHeader.PREFIX_BYTES);
      name[nameLength++] = '/';
    }
    addToName(0, TarHeader.NAME_BYTES);
  }

  /** Adds a field up to its first zero. */
  private void addToName(int at, int most) {
    view.get(at, name, nameLength, most);
    int end = nameLength + most;
    while (nameLength < end && name[nameLength] != 0) {
      nameLength++;
    }
  }

  private byte[] linkName() {
    if (kind != Kind.HARD_LINK && kind != Kind.SYMBOLIC_LINK) {
      return new byte[0];
    }
    if (pax != null && pax.linkPath != null) {
      return pax.linkPath;
    }
    if (longLink != null) {
      return longLink;
    }
    byte[] field = new byte[TarHeader.NAME_BYTES];
    view.get(TarHeader.LINK_OFFSET, field);
    return text(ByteBuffer.wrap(field));
  }

  /** The data of a header that says something about the next one; goes behind them. */
  private ByteBuffer extra(long size, String what) {
    if (size > MOST_EXTRA_BYTES) {
      throw in.file()
          .problemAt(
              next,
              "expected %s of at most %d bytes, found one of %d: it is damaged: make or copy it again"
                  .formatted(what, MOST_EXTRA_BYTES, size));
    }
    long start = next + TarHeader.BLOCK_BYTES;
    look(start, (int) size, what);
    next = padded(start + size);
    return view.slice(0, (int) size);
  }

  /** Up to the first zero. */
  private static byte[] text(ByteBuffer field) {
    int length = 0;
    while (length < field.limit() && field.get(length) != 0) {
      length++;
    }
    byte[] text = new byte[length];
    field.get(0, text);
    return text;
  }

  private void addPax(ByteBuffer records, boolean isForAll) {
    PaxRecords into = isForAll || pax == null ? new PaxRecords() : pax;
    try {
      into.add(records);
    } catch (IllegalArgumentException e) {
      throw in.file()
          .problemAt(
              headerOffset,
              "expected a pax header at byte %d, found %s: it is damaged: make or copy it again"
                  .formatted(in.file().position(headerOffset), e.getMessage()));
    }
    if (!isForAll) {
      pax = into;
    } else if (into.isAboutMembers()) {
      throw in.file()
          .problemAt(
              headerOffset,
              "expected names and sizes of members in their own headers, found them in a header for"
                  + " all: pack it again with tar");
    }
  }

  /** Has the view begin with these bytes. */
  private void look(long offset, int count, String what) {
    in.moveTo(Math.min(offset, in.sizeBytes()));
    view = in.peek(count, what);
  }
}
