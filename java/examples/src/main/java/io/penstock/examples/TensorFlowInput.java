package io.penstock.examples;

import io.penstock.Batch;
import io.penstock.array.Column;
import java.nio.FloatBuffer;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;

/** Batches as tensors of TensorFlow-Java, which has memory of its own: one copy each. */
public final class TensorFlowInput {
  private TensorFlowInput() {}

  /**
   * Copies a column of uint8.
   *
   * @param batch in use; may be closed when this returns
   * @param column of uint8
   * @return a tensor of shape (records, shape of a record), to be closed by the caller
   */
  public static TUint8 ofBytes(Batch batch, Column column) {
    return TUint8.tensorOf(shape(batch, column), DataBuffers.of(batch.asByteBuffer(column.name())));
  }

  /**
   * Copies a column of float32.
   *
   * @param batch in use; may be closed when this returns
   * @param column of float32 in native order
   * @return a tensor of shape (records, shape of a record), to be closed by the caller
   */
  public static TFloat32 ofFloats(Batch batch, Column column) {
    FloatBuffer floats = batch.asByteBuffer(column.name()).asFloatBuffer();
    return TFloat32.tensorOf(shape(batch, column), DataBuffers.of(floats));
  }

  private static Shape shape(Batch batch, Column column) {
    long[] sizes = column.shape().toArray();
    return Shape.of(sizes).prepend(batch.size());
  }
}
