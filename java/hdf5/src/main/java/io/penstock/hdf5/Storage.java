package io.penstock.hdf5;

import java.util.ArrayList;
import java.util.List;

/** Where and how a dataset keeps its elements: the layout message, of all versions. */
sealed interface Storage {
  /** In the object header itself, with the place in the file. */
  record Compact(long address, long sizeBytes) implements Storage {}

  /**
   * In one piece.
   *
   * @param address of the first element; {@link Bytes#UNDEFINED} where nothing was written
   */
  record Contiguous(long address) implements Storage {}

  /** In other files, or in other datasets. */
  record Virtual() implements Storage {}

  /** How chunks are found. */
  enum IndexKind {
    /** A B-tree of version 1. */
    TREE,
    /** There is one chunk. */
    SINGLE,
    /** All chunks one after another. */
    IMPLICIT,
    /** An array of fixed length. */
    FIXED_ARRAY,
    /** An array that grows along the one axis without a limit. */
    EXTENSIBLE_ARRAY,
    /** A B-tree of version 2, for several axes without a limit. */
    TREE_2
  }

  /**
   * In chunks of equal sizes.
   *
   * @param shape of a chunk, as many axes as the dataset has
   * @param elementBytes size of an element, as the layout says
   * @param index how they are found
   * @param address of the index; {@link Bytes#UNDEFINED} where nothing was written
   * @param keepsEdgesRaw whether chunks that reach past the edge go around the filters
   * @param single stored size and filter mask of a single chunk with filters; empty otherwise
   */
  record Chunked(
      List<Long> shape,
      long elementBytes,
      IndexKind index,
      long address,
      boolean keepsEdgesRaw,
      List<Long> single)
      implements Storage {
    /** Size of a chunk when it is unpacked. Below 2^32. */
    long chunkBytes() {
      long bytes = elementBytes;
      for (long size : shape) {
        bytes *= size;
      }
      return bytes;
    }
  }

  /** Reads the message. */
  static Storage read(Bytes message) {
    int version = message.version(1, 4);
    return version < 3 ? old(message) : recent(message, version);
  }

  private static Storage old(Bytes message) {
    int axes = message.u8();
    int kind = message.u8();
    message.skip(5);
    if (kind == 0) {
      message.skip(4L * axes);
      return compact(message, message.u32());
    }
    long address = message.address();
    if (kind == 1) {
      return new Contiguous(address);
    }
    return tree(kind, message, axes, address);
  }

  private static Storage recent(Bytes message, int version) {
    int kind = message.u8();
    return switch (kind) {
      case 0 -> compact(message, message.u16());
      case 1 -> new Contiguous(message.address());
      case 3 -> new Virtual();
      default -> {
        if (version == 4) {
          yield chunked(kind, message);
        }
        int axes = message.u8();
        yield tree(kind, message, axes, message.address());
      }
    };
  }

  private static Storage compact(Bytes message, long size) {
    Compact compact = new Compact(message.position(), size);
    message.skip(size);
    return compact;
  }

  /** The last axis is the size of an element. */
  private static Storage tree(int kind, Bytes message, int axes, long address) {
    List<Long> sizes = sizes(kind, message, axes, 4);
    return new Chunked(
        sizes.subList(0, sizes.size() - 1),
        sizes.getLast(),
        IndexKind.TREE,
        address,
        false,
        List.of());
  }

  private static List<Long> sizes(int kind, Bytes message, int axes, int width) {
    if (kind != 2 || axes < 2 || axes > 33) {
      throw Hdf5Fault.damaged(
          "expected a layout of class 0 to 3 and chunks of 2 to 33 axes, found class %d of %d",
          kind, axes);
    }
    List<Long> sizes = new ArrayList<>();
    long bytes = 1;
    for (int i = 0; i < axes; i++) {
      long size = message.number(width);
      // In 64 bits: both factors are below 2^32.
      if (size < 1 || size >= 1L << 32 || bytes * size >= 1L << 32) {
        throw Hdf5Fault.damaged(
            "expected chunks of 1 to 2^32 bytes, found a size of %s after %s",
            Long.toUnsignedString(size), sizes);
      }
      bytes *= size;
      sizes.add(size);
    }
    return sizes;
  }

  private static Storage chunked(int kind, Bytes message) {
    int flags = message.u8();
    int axes = message.u8();
    int width = message.u8();
    if (width < 1 || width > 8) {
      throw Hdf5Fault.damaged("expected sizes of 1 to 8 bytes in a layout, found %d", width);
    }
    List<Long> sizes = sizes(kind, message, axes, width);
    int index = message.u8();
    List<Long> single = List.of();
    switch (index) {
      case 1 -> {
        if ((flags & 2) != 0) {
          single = List.of(message.length(), message.u32());
        }
      }
      case 2 -> {}
      case 3 -> message.skip(1);
      case 4 -> message.skip(5);
      case 5 -> message.skip(6);
      default ->
          throw Hdf5Fault.damaged("expected an index of chunks of kind 1 to 5, found %d", index);
    }
    return new Chunked(
        sizes.subList(0, sizes.size() - 1),
        sizes.getLast(),
        IndexKind.values()[index],
        message.address(),
        (flags & 1) != 0,
        single);
  }
}
