package io.penstock.hdf5;

import java.io.IOException;

/**
 * Chunks in an array of fixed length, for datasets that cannot grow. Long ones are kept in pages,
 * of which those without chunks are left out.
 */
final class FixedChunkArray implements ChunkIndex {
  private static final String HEADER = "the header of an array of chunks";
  private static final String BLOCK = "an array of chunks";

  private final Hdf5File file;
  private final Numbering numbering;
  private final long chunkBytes;
  private final int elementBytes;
  private final long elementCount;
  private final long pageElements;
  private final long blockAddress;
  private final int prefixBytes;

  /** The page that was read last, or the whole block where there are no pages. */
  private Bytes page;

  private long pageNumber = -1;
  private Bytes pageBits;

  FixedChunkArray(Hdf5File file, long address, Numbering numbering, long chunkBytes)
      throws IOException {
    this.file = file;
    this.numbering = numbering;
    this.chunkBytes = chunkBytes;
    Bytes header = file.atMost(address, 64, HEADER);
    header.expect("FAHD");
    header.version(0, 0);
    header.skip(1);
    this.elementBytes = header.u8();
    int pageBitCount = header.u8();
    this.elementCount = header.length();
    this.blockAddress = header.address();
    header.checksum();
    ChunkIndex.checkElement(file, elementBytes);
    if (pageBitCount < 1 || pageBitCount > 20) {
      throw Hdf5Fault.damaged("expected pages of 2 to 2^20 chunks, found 2^%d", pageBitCount);
    }
    this.pageElements = 1L << pageBitCount;
    this.prefixBytes = 6 + header.addressBytes();
  }

  @Override
  public Chunk find(long[] place) throws IOException {
    long number = numbering.number(place);
    if (blockAddress == Bytes.UNDEFINED) {
      return null;
    }
    if (number >= elementCount) {
      throw Hdf5Fault.damaged(
          "expected an array of more than %d chunks, found %d", number, elementCount);
    }
    Bytes elements = elementCount <= pageElements ? whole() : page(number / pageElements);
    if (elements == null) {
      return null;
    }
    Bytes element = elements.again();
    element.skip(number % pageElements * elementBytes);
    return ChunkIndex.element(element, elementBytes, chunkBytes);
  }

  private Bytes whole() throws IOException {
    if (page == null) {
      Bytes block =
          file.structure(blockAddress, prefixBytes + elementCount * elementBytes + 4, BLOCK);
      start(block);
      Bytes elements = block.slice(elementCount * elementBytes, BLOCK);
      block.checksum();
      page = elements;
    }
    return page;
  }

  private static void start(Bytes block) {
    block.expect("FADB");
    block.version(0, 0);
    block.skip(1 + block.addressBytes());
  }

  /** Null for a page of chunks that were never written. */
  private Bytes page(long number) throws IOException {
    long pages = (elementCount - 1) / pageElements + 1;
    long bitBytes = (pages + 7) / 8;
    if (pageBits == null) {
      Bytes block = file.structure(blockAddress, prefixBytes + bitBytes + 4, BLOCK);
      start(block);
      Bytes bits = block.slice(bitBytes, BLOCK);
      block.checksum();
      pageBits = bits;
    }
    if (pageNumber != number) {
      Bytes bits = pageBits.again();
      bits.skip(number / 8);
      boolean isThere = (bits.u8() & 0x80 >> number % 8) != 0;
      long fullBytes = pageElements * elementBytes + 4;
      long count = Math.min(pageElements, elementCount - number * pageElements);
      long address = blockAddress + prefixBytes + bitBytes + 4 + number * fullBytes;
      page = isThere ? elements(address, count) : null;
      pageNumber = number;
    }
    return page;
  }

  private Bytes elements(long address, long count) throws IOException {
    Bytes found = file.structure(address, count * elementBytes + 4, BLOCK);
    Bytes elements = found.slice(count * elementBytes, BLOCK);
    found.checksum();
    return elements;
  }
}
