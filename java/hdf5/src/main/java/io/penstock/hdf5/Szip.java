package io.penstock.hdf5;

/**
 * The filter "szip": the adaptive Rice coder of CCSDS 121.0-B, of unsigned samples.
 *
 * <p>Samples come in blocks, each with the code that suits it, and blocks in intervals, which begin
 * with a sample as it is where differences are coded. Elements of 32 and 64 bits are coded byte by
 * byte, first the first bytes of all. An interval is filled up where a line of samples is no
 * multiple of a block.
 */
final class Szip {
  private static final int DIFFERENCES = 32;
  private static final int BIG_ENDIAN = 16;
  private static final int SIZE_BYTES = 4;
  private static final int MAX_BLOCK = 256;
  private static final int MAX_LINE = 1 << 16;

  /** A run of zero blocks of this code goes on to the end of its segment. */
  private static final int REST_OF_SEGMENT = 5;

  private static final int SEGMENT_BLOCKS = 64;

  private final int blockSize;
  private final int lineSize;
  private final int sampleBits;
  private final boolean hasDifferences;
  private final BitReader bits;

  /** One interval of decoded values, and how many of them there are. */
  private final long[] interval;

  private int count;

  private Szip(byte[] packed, int blockSize, int lineSize, int sampleBits, int options) {
    this.blockSize = blockSize;
    this.lineSize = lineSize;
    this.sampleBits = sampleBits;
    this.hasDifferences = (options & DIFFERENCES) != 0;
    this.bits = new BitReader(packed, SIZE_BYTES);
    this.interval = new long[(lineSize + blockSize - 1) / blockSize * blockSize];
  }

  /** Parameters: options, samples of a block, bits of a sample, samples of a line. */
  static byte[] undo(byte[] packed, int[] parameters, int mostBytes) {
    boolean isSound =
        parameters.length >= 4
            && packed.length >= SIZE_BYTES
            && parameters[1] > 0
            && parameters[1] <= MAX_BLOCK
            && parameters[1] % 2 == 0
            && parameters[2] > 0
            && (parameters[2] <= 32 || parameters[2] == 64)
            && parameters[3] > 0
            && parameters[3] <= MAX_LINE;
    long size = 0;
    for (int i = SIZE_BYTES - 1; isSound && i >= 0; i--) {
      size = size << 8 | (packed[i] & 0xff);
    }
    if (!isSound || size > mostBytes) {
      throw Hdf5Fault.damaged(
          "expected szip with 4 parameters and at most %d bytes, found %d parameters, %d bytes",
          mostBytes, parameters.length, size);
    }
    int elementBits = parameters[2];
    boolean isBytewise = elementBits == 32 || elementBits == 64;
    int sampleBits = isBytewise ? 8 : elementBits;
    Szip szip = new Szip(packed, parameters[1], parameters[3], sampleBits, parameters[0]);
    byte[] samples = szip.samples((int) size, (parameters[0] & BIG_ENDIAN) != 0);
    return isBytewise ? together(samples, elementBits / 8) : samples;
  }

  /** Puts the bytes of an element beside each other. */
  private static byte[] together(byte[] lanes, int elementBytes) {
    byte[] bytes = new byte[lanes.length];
    int elements = lanes.length / elementBytes;
    for (int i = 0; i < elements; i++) {
      for (int lane = 0; lane < elementBytes; lane++) {
        bytes[i * elementBytes + lane] = lanes[lane * elements + i];
      }
    }
    return bytes;
  }

  private byte[] samples(int size, boolean isBigEndian) {
    int sampleBytes = sampleBits > 16 ? 4 : sampleBits > 8 ? 2 : 1;
    byte[] bytes = new byte[size];
    int at = 0;
    while (at + sampleBytes <= size) {
      int wanted = (size - at) / sampleBytes;
      decodeInterval(Math.min(wanted, lineSize));
      for (int i = 0; i < Math.min(wanted, lineSize); i++) {
        for (int b = 0; b < sampleBytes; b++) {
          int shift = 8 * (isBigEndian ? sampleBytes - 1 - b : b);
          bytes[at++] = (byte) (interval[i] >>> shift);
        }
      }
    }
    return bytes;
  }

  /** An interval may end early where the data end. */
  private void decodeInterval(int wanted) {
    count = 0;
    int idBits = sampleBits > 16 ? 5 : sampleBits > 8 ? 4 : 3;
    int last = (1 << idBits) - 1;
    boolean isWholeLine = wanted == lineSize;
    while (count < (isWholeLine ? interval.length : wanted)) {
      int id = (int) bits.take(idBits);
      if (id == last) {
        for (int i = 0; i < blockSize; i++) {
          interval[count++] = bits.take(sampleBits);
        }
      } else if (id == 0) {
        lowEntropy();
      } else {
        split(id - 1);
      }
    }
    if (hasDifferences) {
      integrate();
    }
  }

  /** The sample that an interval of differences begins with: 1 if it was taken, else 0. */
  private int reference() {
    if (!hasDifferences || count > 0) {
      return 0;
    }
    interval[count++] = bits.take(sampleBits);
    return 1;
  }

  /** High bits as runs of zeros, then the low ones as they are. */
  private void split(int lowBits) {
    int from = reference();
    int start = count - from;
    for (int i = from; i < blockSize; i++) {
      interval[count++] = (long) bits.zeros(1 << 30) << lowBits;
    }
    for (int i = from; i < blockSize && lowBits > 0; i++) {
      interval[start + i] |= bits.take(lowBits);
    }
  }

  private void lowEntropy() {
    if (bits.take(1) == 0) {
      zeroBlocks();
    } else {
      pairs();
    }
  }

  private void zeroBlocks() {
    int blocksBefore = count / blockSize;
    int from = reference();
    int blocks = bits.zeros(interval.length) + 1;
    if (blocks == REST_OF_SEGMENT) {
      int left = interval.length / blockSize - blocksBefore;
      blocks = Math.min(left, SEGMENT_BLOCKS - blocksBefore % SEGMENT_BLOCKS);
    } else if (blocks > REST_OF_SEGMENT) {
      blocks--;
    }
    for (int i = from; i < blocks * blockSize; i++) {
      interval[count++] = 0;
    }
  }

  /** Two samples in one number: those with the same sum follow each other. */
  private void pairs() {
    int i = reference();
    while (i < blockSize) {
      int code = bits.zeros(1 << 16);
      int sum = (int) ((Math.sqrt(8.0 * code + 1) - 1) / 2);
      int second = code - sum * (sum + 1) / 2;
      if (i % 2 == 0) {
        interval[count++] = (long) sum - second;
        i++;
      }
      interval[count++] = second;
      i++;
    }
  }

  /** Differences become samples: they alternate in sign as long as both directions have room. */
  private void integrate() {
    long most = (1L << sampleBits) - 1;
    long sample = interval[0];
    for (int i = 1; i < count; i++) {
      long code = interval[i];
      long room = Math.min(sample, most - sample);
      if (code <= 2 * room) {
        sample += (code & 1) == 0 ? code / 2 : -((code + 1) / 2);
      } else {
        sample = sample <= most / 2 ? code : most - code;
      }
      interval[i] = sample & most;
      sample = interval[i];
    }
  }
}
