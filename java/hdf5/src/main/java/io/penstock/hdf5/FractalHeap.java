package io.penstock.hdf5;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The heap in which a group of the newer kind keeps its links, where they are many.
 *
 * <p>What it owns: finding an object by its identifier through direct and indirect blocks, whose
 * sizes double from row to row. Heaps with filters are refused: no writer makes them for links.
 */
final class FractalHeap {
  private static final String WHAT = "a fractal heap";
  private static final String BLOCK = "a block of a heap";

  /** As much as some hundred thousand links have. */
  private static final int MAX_KEPT_BYTES = 1 << 23;

  private static final int MANAGED = 0;
  private static final int HUGE = 1;
  private static final int TINY = 2;

  private final Hdf5File file;
  private final int idBytes;
  private final boolean hasChecksums;
  private final long hugeTree;
  private final int width;
  private final long startBytes;
  private final long maxDirectBytes;
  private final int maxHeapBits;
  private final long rootAddress;
  private final int rootRows;
  private final int offsetBytes;
  private final int lengthBytes;

  /**
   * Blocks that were read, by their addresses: links come in the order of a hash of their names.
   */
  private final Map<Long, Bytes> blocks = new HashMap<>();

  private long keptBytes;

  private FractalHeap(Hdf5File file, Bytes header) {
    this.file = file;
    header.expect("FRHP");
    header.version(0, 0);
    this.idBytes = header.u16();
    int filterBytes = header.u16();
    this.hasChecksums = (header.u8() & 2) != 0;
    long maxManaged = header.u32();
    header.skip(header.lengthBytes());
    this.hugeTree = header.address();
    header.skip(header.lengthBytes() + header.addressBytes() + 8L * header.lengthBytes());
    this.width = header.u16();
    this.startBytes = header.length();
    this.maxDirectBytes = header.length();
    this.maxHeapBits = header.u16();
    header.skip(2);
    this.rootAddress = header.address();
    this.rootRows = header.u16();
    if (filterBytes > 0) {
      throw Hdf5Fault.refused(
          "expected links that are not compressed, found filters on them: use h5repack");
    }
    header.checksum();
    boolean isSound =
        width > 0
            && Long.bitCount(startBytes) == 1
            && Long.bitCount(maxDirectBytes) == 1
            && startBytes <= maxDirectBytes
            && maxDirectBytes <= 1 << 24
            && maxHeapBits <= 64
            && idBytes > 0;
    if (!isSound) {
      throw Hdf5Fault.damaged(
          "expected a heap of blocks of 2^n bytes, found %d to %d in rows of %d",
          startBytes, maxDirectBytes, width);
    }
    this.offsetBytes = (maxHeapBits + 7) / 8;
    // An offset in a block is below its size, while an object may be as large as the limit.
    int inBlockBytes = (Long.numberOfTrailingZeros(maxDirectBytes) + 7) / 8;
    this.lengthBytes = Math.min(inBlockBytes, bytesFor(maxManaged));
  }

  static FractalHeap at(Hdf5File file, long address) throws IOException {
    return new FractalHeap(file, file.atMost(address, 256, WHAT));
  }

  private static int bytesFor(long value) {
    return (63 - Long.numberOfLeadingZeros(Math.max(1, value))) / 8 + 1;
  }

  int idBytes() {
    return idBytes;
  }

  /** The object of an identifier. */
  Bytes object(Bytes id) throws IOException {
    int start = id.u8();
    return switch ((start >> 4) & 3) {
      case MANAGED -> {
        long offset = id.size(offsetBytes);
        yield managed(offset, id.size(lengthBytes));
      }
      case HUGE -> huge(id.number(Math.min(8, id.left())));
      case TINY -> id.slice((start & 15) + 1, "a link");
      default -> throw Hdf5Fault.damaged("expected an object of a heap, found kind 3");
    };
  }

  /** Objects that no block has room for, each found by its number in a B-tree. */
  private Bytes huge(long number) throws IOException {
    BTree2 tree = BTree2.at(file, hugeTree, 1);
    Bytes[] place = new Bytes[1];
    tree.forEach(
        record -> {
          Bytes copy = record.again();
          copy.skip(record.addressBytes() + (long) record.lengthBytes());
          place[0] = copy.number(copy.lengthBytes()) == number ? record : null;
          return place[0] == null;
        });
    if (place[0] == null) {
      throw Hdf5Fault.damaged("expected object %d of a heap, found none", number);
    }
    return file.structure(place[0].address(), place[0].length(), "a link");
  }

  private Bytes managed(long offset, long length) throws IOException {
    long address = rootAddress;
    int rows = rootRows;
    long within = offset;
    long bytes = startBytes;
    // Each level down is at least a row up the table, and rows are a number of 16 bits.
    while (rows > 0) {
      int row = row(within);
      long rowBytes = rowBytes(row);
      long column = (within - rowStart(row)) / rowBytes;
      if (row >= rows) {
        throw Hdf5Fault.damaged(
            "expected an object at %d of a heap of %d rows, found row %d", offset, rows, row);
      }
      address = child(address, rows, row, column);
      within -= rowStart(row) + column * rowBytes;
      bytes = rowBytes;
      rows = rowBytes > maxDirectBytes ? row(rowBytes - 1) + 1 : 0;
    }
    return inBlock(address, bytes, within, length);
  }

  /** The row that an offset lies in: the first two have blocks of the same size. */
  private int row(long offset) {
    long blocks = offset / startBytes / width;
    return blocks == 0 ? 0 : 64 - Long.numberOfLeadingZeros(blocks);
  }

  private long rowBytes(int row) {
    return startBytes << Math.max(0, row - 1);
  }

  private long rowStart(int row) {
    return row == 0 ? 0 : rowBytes(row) * width;
  }

  /** Looks up a block in an indirect block, which lists direct blocks and then indirect ones. */
  private long child(long address, int rows, int row, long column) throws IOException {
    int addressBytes = file.superblock().addressBytes();
    long children = (long) rows * width * addressBytes;
    Bytes list = blocks.get(address);
    if (list == null) {
      long prefix = 5L + addressBytes + offsetBytes;
      Bytes block = file.structure(address, prefix + children + 4, BLOCK);
      block.expect("FHIB");
      block.version(0, 0);
      block.skip(prefix - 5);
      list = block.slice(children, BLOCK);
      block.checksum();
      keep(address, list);
    }
    Bytes entries = list.again();
    entries.skip(((long) row * width + column) * addressBytes);
    return entries.address();
  }

  private Bytes inBlock(long address, long bytes, long offset, long length) throws IOException {
    Bytes block = blocks.get(address);
    if (block == null) {
      block = file.structure(address, bytes, BLOCK);
      checkBlock(block.again(), bytes);
      keep(address, block);
    }
    Bytes all = block.again();
    all.skip(offset);
    return all.slice(length, "a link");
  }

  private void keep(long address, Bytes block) {
    if (keptBytes > MAX_KEPT_BYTES) {
      blocks.clear();
      keptBytes = 0;
    }
    blocks.put(address, block);
    keptBytes += block.left();
  }

  /** The checksum is computed over the whole block with itself as zeros. */
  private void checkBlock(Bytes found, long bytes) {
    found.expect("FHDB");
    found.version(0, 0);
    if (hasChecksums) {
      found.skip(found.addressBytes() + (long) offsetBytes);
      int place = found.taken();
      int stored = (int) found.u32();
      byte[] copy = found.again().take(bytes);
      for (int i = 0; i < 4; i++) {
        copy[place + i] = 0;
      }
      int computed = Lookup3.hash(copy, 0, copy.length);
      if (computed != stored) {
        throw Hdf5Fault.damaged(
            "expected checksum %08x of a block of a heap, found %08x", stored, computed);
      }
    }
  }
}
