package io.penstock.hdf5;

/**
 * The filter "shuffle": first the first bytes of all elements, then their second bytes, and so on.
 */
final class ByteShuffle {
  private ByteShuffle() {}

  static byte[] undo(byte[] shuffled, int[] parameters) {
    int elementBytes = parameters.length == 0 ? 0 : parameters[0];
    if (elementBytes < 1) {
      throw Hdf5Fault.damaged("expected shuffle with the size of elements, found %d", elementBytes);
    }
    int count = shuffled.length / elementBytes;
    if (elementBytes == 1 || count <= 1) {
      return shuffled;
    }
    byte[] bytes = new byte[shuffled.length];
    int from = 0;
    for (int lane = 0; lane < elementBytes; lane++) {
      for (int to = lane; to < count * elementBytes; to += elementBytes) {
        bytes[to] = shuffled[from++];
      }
    }
    System.arraycopy(shuffled, from, bytes, from, shuffled.length - from);
    return bytes;
  }
}
