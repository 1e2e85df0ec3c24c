package io.penstock.hdf5;

import java.io.IOException;

/**
 * A name in a group, and what it leads to.
 *
 * @param name within the group
 * @param address of an object header; {@link Bytes#UNDEFINED} for links of other kinds
 * @param target path that a soft link leads to, or a link into another file; null for hard links
 * @param file that a link leads into; null for links within this one
 * @param order in which the group's links were made; -1 where that is not tracked
 * @param problem why the name leads nowhere; null where it does
 */
record Link(String name, long address, String target, String file, long order, String problem) {
  private static final int SOFT = 1;
  private static final int EXTERNAL = 64;

  static Link hard(String name, long address, long order) {
    return new Link(name, address, null, null, order, null);
  }

  static Link soft(String name, String target, long order) {
    return new Link(name, Bytes.UNDEFINED, target, null, order, null);
  }

  static Link broken(String name, String problem) {
    return new Link(name, Bytes.UNDEFINED, null, null, -1, problem);
  }

  boolean isHard() {
    return target == null && problem == null;
  }

  /** What a link message says. */
  static Link of(Bytes message) {
    message.version(1, 1);
    int flags = message.u8();
    int kind = (flags & 8) != 0 ? message.u8() : 0;
    long order = (flags & 4) != 0 ? message.number(8) : -1;
    if ((flags & 0x10) != 0) {
      message.skip(1); // The character set: names are tried as UTF-8, which ASCII is too.
    }
    long nameBytes = message.size(1 << (flags & 3));
    String name = message.text(nameBytes);
    if (kind == 0) {
      return hard(name, message.address(), order);
    }
    int bytes = message.u16();
    Bytes value = message.slice(bytes, "the value of a link");
    if (kind == SOFT) {
      return soft(name, value.text(bytes), order);
    }
    if (kind == EXTERNAL) {
      value.skip(1);
      String file = value.textToZero();
      return new Link(name, Bytes.UNDEFINED, value.textToZero(), file, order, null);
    }
    return broken(
        name,
        "expected a hard, soft or external link, found one of kind %d, which only the program that"
                .formatted(kind)
            + " made it can follow");
  }

  /** What a symbol table has for a name. */
  static Link of(Bytes entry, LocalHeap heap) throws IOException {
    String name = heap.text(entry.number(entry.addressBytes()));
    long address = entry.address();
    int kind = (int) entry.u32();
    entry.skip(4);
    Bytes scratch = entry.slice(16, "a symbol table entry");
    return kind == 2 ? soft(name, heap.text(scratch.u32()), -1) : hard(name, address, -1);
  }
}
