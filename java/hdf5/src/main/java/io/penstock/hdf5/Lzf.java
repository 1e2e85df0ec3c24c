package io.penstock.hdf5;

import java.util.Arrays;

/** h5py's filter "lzf": Marc Lehmann's LZF, without a header. */
final class Lzf {
  private Lzf() {}

  /**
   * The third parameter is the size of a chunk, which newer writers know better than older ones.
   */
  static byte[] undo(byte[] packed, int[] parameters, int chunkBytes, int mostBytes) {
    int size = parameters.length > 2 && parameters[2] > 0 ? parameters[2] : chunkBytes;
    byte[] bytes = new byte[Math.min(size, mostBytes)];
    int in = 0;
    int out = 0;
    while (in < packed.length) {
      int control = packed[in++] & 0xff;
      if (control < 32) {
        int count = control + 1;
        System.arraycopy(packed, in, bytes, out, count);
        in += count;
        out += count;
        continue;
      }
      int count = control >> 5;
      if (count == 7) {
        count += packed[in++] & 0xff;
      }
      count += 2;
      int from = out - ((control & 0x1f) << 8 | (packed[in++] & 0xff)) - 1;
      // Byte by byte: a copy may run into itself, which repeats what it wrote.
      for (int i = 0; i < count; i++) {
        bytes[out++] = bytes[from++];
      }
    }
    return out == bytes.length ? bytes : Arrays.copyOf(bytes, out);
  }
}
