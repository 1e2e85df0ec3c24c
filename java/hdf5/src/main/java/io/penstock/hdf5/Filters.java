package io.penstock.hdf5;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The filters that a dataset's chunks went through, in the order in which they were applied.
 *
 * <p>What it owns: reading the message, and undoing the filters of a chunk from the last to the
 * first, but for those that its mask leaves out. Every step checks what it is given: sizes come
 * from the file. Closing frees what inflating took. Not thread-safe.
 */
final class Filters implements AutoCloseable {
  /** HDF5 itself has at most 32, as many as a mask has bits. */
  private static final int MAX_FILTERS = 32;

  /** Filters may add a little: checksums, sizes, parameters. */
  private static final int SLACK_BYTES = 1 << 16;

  /**
   * A filter as the file names it: the number that the HDF Group registered, the name that its
   * writer gave it, which may be empty, and parameters of its own.
   */
  private static final class Filter {
    private final int id;
    private final String name;
    private final int[] parameters;

    Filter(int id, String name, int[] parameters) {
      this.id = id;
      this.name = name;
      this.parameters = parameters;
    }

    /** What users know it by. */
    String words() {
      String known =
          switch (id) {
            case 1 -> "gzip";
            case 2 -> "shuffle";
            case 3 -> "fletcher32";
            case 4 -> "szip";
            case 5 -> "nbit";
            case 6 -> "scaleoffset";
            case 307 -> "bzip2";
            case 32000 -> "lzf";
            case 32001 -> "blosc";
            case 32004 -> "lz4";
            case 32008 -> "bitshuffle";
            case 32013 -> "zfp";
            case 32015 -> "zstd";
            case 32017 -> "sz";
            case 32026 -> "blosc2";
            default -> name.replaceAll("[^ -~]", "?").toLowerCase(Locale.ROOT);
          };
      return known.isEmpty() ? "filter " + id : known;
    }
  }

  private final List<Filter> filters;
  private final Inflate inflate = new Inflate();

  private Filters(List<Filter> filters) {
    this.filters = List.copyOf(filters);
  }

  static Filters none() {
    return new Filters(List.of());
  }

  /** Reads the message. */
  static Filters read(Bytes message) {
    int version = message.version(1, 2);
    int count = message.u8();
    if (count > MAX_FILTERS) {
      throw Hdf5Fault.damaged("expected at most %d filters, found %d", MAX_FILTERS, count);
    }
    if (version == 1) {
      message.skip(6);
    }
    List<Filter> filters = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int id = message.u16();
      int nameBytes = version == 1 || id >= 256 ? message.u16() : 0;
      message.skip(2); // Flags, which matter to writers only.
      int values = message.u16();
      String name = message.text(version == 1 ? nameBytes + (-nameBytes & 7) : nameBytes);
      Bytes list = message.slice(4L * values, "parameters of a filter");
      int[] parameters = new int[values];
      for (int value = 0; value < values; value++) {
        parameters[value] = (int) list.u32();
      }
      if (version == 1 && values % 2 == 1) {
        message.skip(4);
      }
      filters.add(new Filter(id, name, parameters));
    }
    return new Filters(filters);
  }

  boolean isEmpty() {
    return filters.isEmpty();
  }

  /** All of them by name. */
  String words() {
    return filters.stream().map(Filter::words).collect(Collectors.joining(", "));
  }

  /** Throws, with the way out, for filters that are not here. */
  void checkKnown() {
    for (Filter filter : filters) {
      if (!isKnown(filter)) {
        throw Hdf5Fault.refused(
            "expected filters that Penstock has (gzip, shuffle, fletcher32, szip, nbit,"
                + " scaleoffset, lzf, lz4, bitshuffle), found %s (%d): write it out with h5repack"
                + " -f NONE, where that filter is installed",
            filter.words(), filter.id);
      }
    }
  }

  private static boolean isKnown(Filter filter) {
    return switch (filter.id) {
      case 1, 2, 3, 4, 5, 6, 32000, 32004 -> true;
      case 32008 -> Bitshuffle.isKnown(filter.parameters);
      default -> false;
    };
  }

  /** Most bytes that a chunk may have at any step. */
  static long mostBytes(long chunkBytes) {
    return 2 * chunkBytes + SLACK_BYTES;
  }

  /**
   * Undoes the filters of a chunk.
   *
   * @param stored the chunk as it is in the file
   * @param mask bit i is set where filter i was left out
   * @param chunkBytes size of the chunk, and of what comes back
   */
  byte[] undo(byte[] stored, int mask, int chunkBytes) {
    byte[] bytes = stored;
    for (int i = filters.size() - 1; i >= 0; i--) {
      if ((mask >>> i & 1) == 0) {
        bytes = undo(filters.get(i), bytes, chunkBytes);
      }
    }
    if (bytes.length != chunkBytes) {
      throw Hdf5Fault.damaged(
          "expected %d bytes behind the filters (%s), found %d",
          chunkBytes, filters.isEmpty() ? "none" : words(), bytes.length);
    }
    return bytes;
  }

  private byte[] undo(Filter filter, byte[] bytes, int chunkBytes) {
    int most = (int) Math.min(mostBytes(chunkBytes), Integer.MAX_VALUE - 8);
    int[] parameters = filter.parameters;
    try {
      return switch (filter.id) {
        case 1 -> inflate.undo(bytes, chunkBytes, most);
        case 2 -> ByteShuffle.undo(bytes, parameters);
        case 3 -> Fletcher32.undo(bytes);
        case 4 -> Szip.undo(bytes, parameters, most);
        case 5 -> Nbit.undo(bytes, parameters, chunkBytes);
        case 6 -> ScaleOffset.undo(bytes, parameters, chunkBytes);
        case 32000 -> Lzf.undo(bytes, parameters, chunkBytes, most);
        case 32004 -> Lz4.undo(bytes, most);
        case 32008 -> Bitshuffle.undo(bytes, parameters, most);
        default -> throw new IllegalStateException("checked before: " + filter.id);
      };
    } catch (IndexOutOfBoundsException e) {
      // Decoders run over their input only where it is not what they expect.
      throw Hdf5Fault.damaged(
          "expected data packed by %s, found that they end early", filter.words());
    }
  }

  @Override
  public void close() {
    inflate.close();
  }
}
