package io.penstock.spark;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers in the entries of blocks, the same on all machines. */
final class Entries {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private Entries() {}

  static void putInt(byte[] block, int at, int number) {
    INT.set(block, at, number);
  }

  static int getInt(byte[] block, int at) {
    return (int) INT.get(block, at);
  }
}
