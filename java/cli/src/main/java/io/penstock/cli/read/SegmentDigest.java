package io.penstock.cli.read;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over the bytes of segments, one after the other. */
final class SegmentDigest {
  /**
   * For a direct buffer, MessageDigest allocates an array of 4 KiB per call. One array of this
   * size, used again, stays in the processor's cache, too.
   */
  private static final int CHUNK_BYTES = 64 << 10;

  private final byte[] chunk = new byte[CHUNK_BYTES];
  private final MessageDigest digest;

  SegmentDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  void add(MemorySegment bytes) {
    long size = bytes.byteSize();
    for (long offset = 0; offset < size; offset += CHUNK_BYTES) {
      int count = (int) Math.min(CHUNK_BYTES, size - offset);
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, offset, chunk, 0, count);
      digest.update(chunk, 0, count);
    }
  }

  /** Ends the digest: 64 hexadecimal digits. */
  String end() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
