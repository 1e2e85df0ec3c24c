package io.penstock.internal.format;

import java.util.Optional;

/**
 * One way in which arrays lie in files: recognised by how a file starts, read into layouts.
 *
 * <p>What it owns: the meaning of a file's own description of its contents. It must not look at
 * records, trust a length before comparing it with the size of the file, or let a description make
 * it allocate or loop beyond a stated limit. The engine does not know formats: it sees layouts
 * only. Implementations have no state.
 */
public interface ArrayFormat {
  /** The format's name as users see it, "npy". */
  String name();

  /**
   * Whether a file that starts with these bytes (all of them, if it is short) claims this format.
   */
  boolean recognizes(byte[] start, OpenFile file);

  /** Reads the description of the arrays. Throws PenstockException for anything that is wrong. */
  Contents read(OpenFile file);

  /** How a file is compared with the checksums in it; empty if the format has none for all data. */
  default Optional<SelfCheck> selfCheck() {
    return Optional.empty();
  }

  /**
   * The same for what is in a compressed file.
   *
   * @param start its first bytes, unpacked
   * @param name of the file, without the ending that says how it is compressed
   */
  default Optional<SelfCheck> selfCheck(byte[] start, String name) {
    return Optional.empty();
  }

  /**
   * Why a file that no format recognises may be a damaged one of this format: what was expected and
   * found. Empty if there is no sign of that.
   */
  default Optional<String> damage(OpenFile file) {
    return Optional.empty();
  }
}
