package io.penstock.hdf5;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an object says of itself: a list of messages, in one piece or in several.
 *
 * <p>What it owns: both versions of object headers and their checksums. Messages that are not
 * needed here, such as attributes, are skipped.
 */
final class ObjectHeader {
  static final int DATASPACE = 0x01;
  static final int LINK_INFO = 0x02;
  static final int DATATYPE = 0x03;
  static final int OLD_FILL = 0x04;
  static final int FILL = 0x05;
  static final int LINK = 0x06;
  static final int EXTERNAL_FILES = 0x07;
  static final int LAYOUT = 0x08;
  static final int FILTERS = 0x0b;
  static final int SHARED_TABLE = 0x0f;
  static final int SYMBOL_TABLE = 0x11;
  static final int DRIVER_INFO = 0x14;

  private static final int CONTINUATION = 0x10;
  private static final int LAST_KNOWN = 0x18;
  private static final Set<Integer> KEPT =
      Set.of(
          DATASPACE,
          LINK_INFO,
          DATATYPE,
          OLD_FILL,
          FILL,
          LINK,
          EXTERNAL_FILES,
          LAYOUT,
          FILTERS,
          SHARED_TABLE,
          SYMBOL_TABLE,
          DRIVER_INFO);

  private static final int SHARED = 2;
  private static final int MUST_BE_UNDERSTOOD = 0x80;

  /** Pieces of a header: each costs its writer a message, so real headers have a few. */
  private static final int MAX_PIECES = 1 << 12;

  private static final String WHAT = "an object header";
  private static final int IN_HEAP = 1;

  /** One message; shared ones lie elsewhere. */
  private record Message(int type, boolean isShared, Bytes data) {}

  private record Piece(long address, long bytes) {}

  private final Hdf5File file;
  private final long address;
  private final List<Message> messages = new ArrayList<>();
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private final Set<Long> seen = new HashSet<>();

  private ObjectHeader(Hdf5File file, long address) {
    this.file = file;
    this.address = address;
  }

  /** Reads the header at an address. */
  static ObjectHeader at(Hdf5File file, long address) throws IOException {
    ObjectHeader header = new ObjectHeader(file, address);
    Bytes start = file.atMost(address, 16, WHAT);
    if (start.left() >= 4 && start.again().u8() == 'O') {
      header.readRecent();
    } else {
      header.readOld(start);
    }
    return header;
  }

  boolean has(int type) {
    return messages.stream().anyMatch(message -> message.type == type);
  }

  /** The first message of a type, wherever it lies. */
  Optional<Bytes> find(int type) throws IOException {
    for (Message message : messages) {
      if (message.type == type) {
        return Optional.of(message.isShared ? shared(message) : message.data.again());
      }
    }
    return Optional.empty();
  }

  Bytes get(int type, String what) throws IOException {
    return find(type)
        .orElseThrow(
            () ->
                Hdf5Fault.damaged(
                    "expected %s in the object header at %d, found none", what, address));
  }

  /** All messages of a type, none of which may be shared. */
  List<Bytes> all(int type) {
    return messages.stream()
        .filter(message -> message.type == type && !message.isShared)
        .map(message -> message.data.again())
        .toList();
  }

  /** A message that lies in the header of another object, as a committed datatype, or in a heap. */
  private Bytes shared(Message message) throws IOException {
    Bytes place = message.data.again();
    int version = place.version(1, 3);
    int kind = place.u8();
    if (version == 1) {
      place.skip(6);
    }
    if (version == 3 && kind == IN_HEAP) {
      return file.sharedMessages().find(message.type, place);
    }
    ObjectHeader other = at(file, place.address());
    for (Message found : other.messages) {
      if (found.type == message.type && !found.isShared) {
        return found.data.again();
      }
    }
    throw Hdf5Fault.damaged(
        "expected a committed message of type %d in the object header at %d, found none",
        message.type, other.address);
  }

  private void readOld(Bytes start) throws IOException {
    start.version(1, 1);
    start.skip(1);
    start.skip(2); // The number of messages, which the sizes of the pieces say too.
    start.skip(4);
    long bytes = start.u32();
    pieces.add(new Piece(address + 16, bytes));
    Piece piece;
    while ((piece = nextPiece()) != null) {
      Bytes found = file.structure(piece.address, piece.bytes, WHAT);
      while (found.left() >= 8) {
        int type = found.u16();
        int size = found.u16();
        int flags = found.u8();
        found.skip(3);
        add(type, flags, found.slice(size, name(type)));
      }
    }
  }

  private void readRecent() throws IOException {
    Bytes start = file.atMost(address, 64, WHAT);
    start.expect("OHDR");
    start.version(2, 2);
    int flags = start.u8();
    start.skip(((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0));
    long bytes = start.size(1 << (flags & 3));
    int prefix = start.taken();
    file.checkRange(address, bytes, WHAT);
    Bytes first = file.structure(address, prefix + bytes + 4, WHAT);
    first.skip(prefix);
    readMessages(first, flags, bytes);
    Piece piece;
    while ((piece = nextPiece()) != null) {
      Bytes found = file.structure(piece.address, piece.bytes, WHAT);
      found.expect("OCHK");
      readMessages(found, flags, piece.bytes - 8);
    }
  }

  private void readMessages(Bytes bytes, int headerFlags, long count) {
    // The checksum first: what is damaged must not be looked at.
    Bytes whole = bytes.again();
    whole.skip(bytes.taken() + count);
    whole.checksum();
    long end = bytes.taken() + count;
    int prefix = (headerFlags & 4) != 0 ? 6 : 4;
    while (end - bytes.taken() >= prefix) {
      int type = bytes.u8();
      int size = bytes.u16();
      int flags = bytes.u8();
      bytes.skip(prefix - 4L);
      if (size > end - bytes.taken()) {
        throw Hdf5Fault.damaged(
            "expected a message of %d bytes in the object header at %d, found %d",
            size, address, end - bytes.taken());
      }
      add(type, flags, bytes.slice(size, name(type)));
    }
  }

  private void add(int type, int flags, Bytes data) {
    if (type == CONTINUATION) {
      pieces.add(new Piece(data.address(), data.length()));
    } else if (KEPT.contains(type)) {
      messages.add(new Message(type, (flags & SHARED) != 0, data));
    } else if (type > LAST_KNOWN && (flags & MUST_BE_UNDERSTOOD) != 0) {
      throw Hdf5Fault.refused(
          "expected messages of HDF5 1.14 or older in the object header at %d, found type %d, which"
              + " must be understood: write it again with h5repack --high=v110",
          address, type);
    }
  }

  private Piece nextPiece() {
    Piece piece = pieces.poll();
    if (piece != null && (!seen.add(piece.address) || seen.size() > MAX_PIECES)) {
      throw Hdf5Fault.damaged(
          "expected an object header at %d of a few pieces, found that it goes round or has more"
              + " than %d",
          address, MAX_PIECES);
    }
    return piece;
  }

  private static String name(int type) {
    return switch (type) {
      case DATASPACE -> "the dataspace";
      case LINK_INFO -> "the link info";
      case DATATYPE -> "the datatype";
      case OLD_FILL, FILL -> "the fill value";
      case LINK -> "a link";
      case EXTERNAL_FILES -> "the list of external files";
      case LAYOUT -> "the layout";
      case FILTERS -> "the filters";
      case SYMBOL_TABLE -> "the symbol table";
      default -> "a message";
    };
  }
}
