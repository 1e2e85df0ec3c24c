package io.penstock.hdf5;

import java.io.IOException;

/**
 * Chunks in an extensible array, for datasets with one unlimited axis.
 *
 * <p>The first elements lie in the index block, the next ones in data blocks that it names, the
 * rest in data blocks that super blocks name; blocks double in size, and large ones are kept in
 * pages. What it owns: the way from a number to its element, and the blocks that were read last.
 */
final class GrowingChunkArray implements ChunkIndex {
  private static final String WHAT = "an array of chunks";
  private static final int MAX_BITS = 63;

  private final Hdf5File file;
  private final Numbering numbering;
  private final long chunkBytes;
  private final int elementBytes;
  private final int inIndex;
  private final int leastInBlock;
  private final int leastPointers;
  private final long pageElements;
  private final int offsetBytes;
  private final int levels;
  private final long indexAddress;

  private Bytes index;
  private Kept superBlock = new Kept(Bytes.UNDEFINED, null);
  private Kept elements = new Kept(Bytes.UNDEFINED, null);

  /** A block, or a page of one, that was read last. */
  private record Kept(long address, Bytes bytes) {}

  GrowingChunkArray(Hdf5File file, long address, Numbering numbering, long chunkBytes)
      throws IOException {
    this.file = file;
    this.numbering = numbering;
    this.chunkBytes = chunkBytes;
    Bytes header = file.atMost(address, 128, "the header of " + WHAT);
    header.expect("EAHD");
    header.version(0, 0);
    header.skip(1);
    this.elementBytes = header.u8();
    int maxBits = header.u8();
    this.inIndex = header.u8();
    this.leastInBlock = header.u8();
    this.leastPointers = header.u8();
    int pageBits = header.u8();
    header.skip(6L * header.lengthBytes());
    this.indexAddress = header.address();
    header.checksum();
    ChunkIndex.checkElement(file, elementBytes);
    int leastBits = Integer.numberOfTrailingZeros(leastInBlock);
    boolean isSound =
        maxBits <= MAX_BITS
            && Integer.bitCount(leastInBlock) == 1
            && Integer.bitCount(leastPointers) == 1
            && pageBits >= leastBits
            && pageBits <= 20
            && maxBits >= leastBits;
    if (!isSound) {
      throw Hdf5Fault.damaged(
          "expected %s with blocks of 2^n elements, found %d bits, blocks of %d, pages of 2^%d",
          WHAT, maxBits, leastInBlock, pageBits);
    }
    this.pageElements = 1L << pageBits;
    this.offsetBytes = (maxBits + 7) / 8;
    this.levels = 1 + maxBits - leastBits;
  }

  @Override
  public Chunk find(long[] place) throws IOException {
    long number = numbering.number(numbering.moved(place));
    if (indexAddress == Bytes.UNDEFINED) {
      return null;
    }
    if (index == null) {
      index = readIndex();
    }
    if (number < inIndex) {
      Bytes element = index.again();
      element.skip(number * elementBytes);
      return ChunkIndex.element(element, elementBytes, chunkBytes);
    }
    return inBlocks(number - inIndex);
  }

  /** Super blocks whose data blocks the index block names by itself. */
  private int directLevels() {
    return 2 * Integer.numberOfTrailingZeros(leastPointers);
  }

  private Bytes readIndex() throws IOException {
    int addressBytes = file.superblock().addressBytes();
    int prefix = 6 + addressBytes;
    long pointers = 2L * (leastPointers - 1) + Math.max(0, levels - directLevels());
    long bytes = (long) inIndex * elementBytes + pointers * addressBytes;
    Bytes block = file.structure(indexAddress, prefix + bytes + 4, WHAT);
    block.expect("EAIB");
    block.version(0, 0);
    block.skip(1 + addressBytes);
    Bytes contents = block.slice(bytes, WHAT);
    block.checksum();
    return contents;
  }

  /** Level u has 2^(u/2) blocks of 2^((u+1)/2) times the least number of elements. */
  private Chunk inBlocks(long number) throws IOException {
    long first = 0;
    long blocksBefore = 0;
    for (int level = 0; level < levels; level++) {
      long blocks = 1L << (level / 2);
      long inBlock = (long) leastInBlock << ((level + 1) / 2);
      long inLevel = blocks * inBlock;
      if (number - first < inLevel) {
        long block = (number - first) / inBlock;
        long within = (number - first) % inBlock;
        return level < directLevels()
            ? inBlock(pointer(blocksBefore + block), inBlock, within, true)
            : inSuperBlock(level, blocks, inBlock, block, within);
      }
      first += inLevel;
      blocksBefore += blocks;
    }
    throw Hdf5Fault.damaged("expected %s of at most %d, found number %d", WHAT, first, number);
  }

  private long pointer(long number) {
    Bytes pointers = index.again();
    pointers.skip((long) inIndex * elementBytes + number * pointers.addressBytes());
    return pointers.address();
  }

  private Chunk inSuperBlock(int level, long blocks, long inBlock, long block, long within)
      throws IOException {
    long address = pointer(2L * (leastPointers - 1) + level - directLevels());
    if (address == Bytes.UNDEFINED) {
      return null;
    }
    int addressBytes = file.superblock().addressBytes();
    long pages = inBlock > pageElements ? inBlock / pageElements : 0;
    long bitBytes = blocks * ((pages + 7) / 8);
    if (superBlock.address != address) {
      int prefix = 6 + addressBytes + offsetBytes;
      long bytes = bitBytes + blocks * addressBytes;
      Bytes found = file.structure(address, prefix + bytes + 4, WHAT);
      found.expect("EASB");
      found.version(0, 0);
      found.skip(1L + addressBytes + offsetBytes);
      Bytes contents = found.slice(bytes, WHAT);
      found.checksum();
      superBlock = new Kept(address, contents);
    }
    boolean isThere = true;
    if (pages > 0) {
      long bit = block * pages + within / pageElements;
      Bytes bits = superBlock.bytes.again();
      bits.skip(bit / 8);
      isThere = (bits.u8() & 0x80 >> bit % 8) != 0;
    }
    Bytes pointers = superBlock.bytes.again();
    pointers.skip(bitBytes + block * addressBytes);
    return inBlock(pointers.address(), inBlock, within, isThere);
  }

  private Chunk inBlock(long address, long count, long number, boolean isThere) throws IOException {
    if (address == Bytes.UNDEFINED || !isThere) {
      return null;
    }
    int prefix = 6 + file.superblock().addressBytes() + offsetBytes;
    boolean hasPages = count > pageElements;
    long pageAddress =
        hasPages
            ? address + prefix + 4 + number / pageElements * (pageElements * elementBytes + 4)
            : address;
    if (elements.address != pageAddress) {
      Bytes found =
          file.structure(
              pageAddress,
              (hasPages ? pageElements * elementBytes : prefix + count * elementBytes) + 4,
              WHAT);
      if (!hasPages) {
        found.expect("EADB");
        found.version(0, 0);
        found.skip(prefix - 5L);
      }
      Bytes contents = found.slice((hasPages ? pageElements : count) * elementBytes, WHAT);
      found.checksum();
      elements = new Kept(pageAddress, contents);
    }
    Bytes element = elements.bytes.again();
    element.skip((hasPages ? number % pageElements : number) * elementBytes);
    return ChunkIndex.element(element, elementBytes, chunkBytes);
  }
}
