package io.penstock.examples;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.penstock.Batch;
import io.penstock.array.Column;

/** Batches as tensors of ONNX Runtime, which computes on them where they lie. */
public final class OnnxInput {
  private OnnxInput() {}

  /**
   * A tensor on the memory of a batch, in which it is valid: close it first.
   *
   * @param environment of the session that will read it
   * @param batch in use
   * @param column of uint8, int8 or float32 (others likewise, by {@link OnnxJavaType})
   * @return a tensor of shape (records, shape of a record)
   * @throws OrtException if the runtime refuses
   */
  public static OnnxTensor of(OrtEnvironment environment, Batch batch, Column column)
      throws OrtException {
    OnnxJavaType type =
        switch (column.elementType().descr()) {
          case "|u1" -> OnnxJavaType.UINT8;
          case "|i1" -> OnnxJavaType.INT8;
          case "<f4" -> OnnxJavaType.FLOAT;
          default ->
              throw new IllegalArgumentException(
                  "column must be of uint8, int8 or float32, was " + column.elementType());
        };
    long[] shape = column.shape().withFirst(batch.size()).toArray();
    // A direct buffer in native order is used as it is; any other one would be copied.
    return OnnxTensor.createTensor(environment, batch.asByteBuffer(column.name()), shape, type);
  }
}
