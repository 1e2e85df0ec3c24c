package io.penstock;

import io.penstock.array.OutputColumn;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * The half of {@link Batch} that hands out columns as values of Java's types instead of bytes: as
 * buffers, which are views of the memory, and as arrays, which are copies.
 *
 * <p>Users see these methods as methods of Batch. What can be converted into what is known to
 * {@link BatchValues}.
 */
abstract sealed class TypedColumns permits Batch {
  /** The bytes of a column. */
  abstract MemorySegment column(String name);

  /** Name, type and shape of a column as it is delivered. */
  abstract OutputColumn delivered(String name);

  /** Throws if the batch or its loader is closed. */
  abstract void checkLease();

  /**
   * The records of a column as a direct buffer over the same memory, in the byte order in which its
   * numbers are delivered.
   *
   * @param name of the column
   * @return a new buffer from position 0 to the end of the column
   * @throws IllegalArgumentException if there is no such column, or it has more bytes than a buffer
   *     can
   */
  public ByteBuffer asByteBuffer(String name) {
    return BatchValues.buffer(name, column(name))
        .order(delivered(name).elementType().order().orElse(ByteOrder.nativeOrder()));
  }

  /**
   * The numbers of a column of float32, as a view of its memory.
   *
   * @param name of a column of float32
   * @return a new direct buffer in native byte order, from position 0 to the end of the column
   * @throws IllegalArgumentException if the column is of another type (the message names the call
   *     that fits), in the other byte order, or has more bytes than a buffer can
   */
  public FloatBuffer floats(String name) {
    return values(name).floats(Float.BYTES, "floats").asFloatBuffer();
  }

  /**
   * The numbers of a column of float64, as a view of its memory.
   *
   * @param name of a column of float64
   * @return as {@link #floats}, which throws the same
   */
  public DoubleBuffer doubles(String name) {
    return values(name).floats(Double.BYTES, "doubles").asDoubleBuffer();
  }

  /**
   * The numbers of a column of int32, as a view of its memory.
   *
   * @param name of a column of int32
   * @return as {@link #floats}, which throws the same
   */
  public IntBuffer ints(String name) {
    return values(name).integers(Integer.BYTES, "ints").asIntBuffer();
  }

  /**
   * The numbers of a column of int64, as a view of its memory.
   *
   * @param name of a column of int64; of uint64 or times, their bits
   * @return as {@link #floats}, which throws the same
   */
  public LongBuffer longs(String name) {
    return values(name).integers(Long.BYTES, "longs").asLongBuffer();
  }

  /**
   * The numbers of a column in a new array, as {@link #copyTo(String, float[])} copies them.
   *
   * @param name of a column of floats of 2 or 4 bytes, or of integers or booleans of up to 2
   * @return all numbers of the {@link Batch#size()} records, one after another
   * @throws IllegalArgumentException as copyTo
   */
  public float[] toFloatArray(String name) {
    float[] array = new float[values(name).count()];
    copyTo(name, array);
    return array;
  }

  /**
   * The numbers of a column in a new array, as {@link #copyTo(String, int[])} copies them.
   *
   * @param name of a column of integers that an int holds: up to int32 and uint16, or booleans
   * @return all numbers of the {@link Batch#size()} records, one after another
   * @throws IllegalArgumentException as copyTo
   */
  public int[] toIntArray(String name) {
    int[] array = new int[values(name).count()];
    copyTo(name, array);
    return array;
  }

  /**
   * Copies the numbers of a column into an array of float, from its beginning.
   *
   * @param name of a column of floats of 2 or 4 bytes, or of integers or booleans of up to 2
   * @param target at least as long as the column has numbers in this batch
   * @return how many numbers were copied
   * @throws IllegalArgumentException if the column is of another type (the message names the call
   *     that fits) or in the other byte order, or the array is too short
   */
  public int copyTo(String name, float[] target) {
    return whole(values(name).copyTo(target));
  }

  /**
   * Copies the numbers of a column into an array of double, from its beginning.
   *
   * @param name of a column of floats of up to 8 bytes, or of integers or booleans of up to 4
   * @param target at least as long as the column has numbers in this batch
   * @return how many numbers were copied
   * @throws IllegalArgumentException as into an array of float
   */
  public int copyTo(String name, double[] target) {
    return whole(values(name).copyTo(target));
  }

  /**
   * Copies the numbers of a column into an array of int, from its beginning.
   *
   * @param name of a column of integers that an int holds: up to int32 and uint16, or booleans
   * @param target at least as long as the column has numbers in this batch
   * @return how many numbers were copied
   * @throws IllegalArgumentException as into an array of float
   */
  public int copyTo(String name, int[] target) {
    return whole(values(name).copyTo(target));
  }

  /**
   * Copies the numbers of a column into an array of long, from its beginning.
   *
   * @param name of a column of integers of any size, booleans or times; uint64 with the same bits
   * @param target at least as long as the column has numbers in this batch
   * @return how many numbers were copied
   * @throws IllegalArgumentException as into an array of float
   */
  public int copyTo(String name, long[] target) {
    return whole(values(name).copyTo(target));
  }

  /**
   * Another thread may have closed the batch during the copy; its memory is another batch's then.
   */
  private int whole(int count) {
    checkLease();
    return count;
  }

  private BatchValues values(String name) {
    return new BatchValues(delivered(name), column(name));
  }
}
