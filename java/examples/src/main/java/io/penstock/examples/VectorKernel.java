package io.penstock.examples;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same with the Vector API, which reads a batch's memory directly; Java needs {@code
 * --add-modules jdk.incubator.vector} for it.
 */
public final class VectorKernel implements LinearRegression.Kernel {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Made. */
  public VectorKernel() {}

  @Override
  public float dot(float[] weights, MemorySegment rows, long offset) {
    FloatVector sums = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i < SPECIES.loopBound(weights.length); i += SPECIES.length()) {
      FloatVector row = FloatVector.fromMemorySegment(SPECIES, rows, at(offset, i), ORDER);
      sums = row.fma(FloatVector.fromArray(SPECIES, weights, i), sums);
    }
    float sum = sums.reduceLanes(VectorOperators.ADD);
    for (; i < weights.length; i++) {
      sum += weights[i] * rows.get(ValueLayout.JAVA_FLOAT, at(offset, i));
    }
    return sum;
  }

  @Override
  public void add(float[] weights, float factor, MemorySegment rows, long offset) {
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    int i = 0;
    for (; i < SPECIES.loopBound(weights.length); i += SPECIES.length()) {
      FloatVector row = FloatVector.fromMemorySegment(SPECIES, rows, at(offset, i), ORDER);
      row.fma(factors, FloatVector.fromArray(SPECIES, weights, i)).intoArray(weights, i);
    }
    for (; i < weights.length; i++) {
      weights[i] += factor * rows.get(ValueLayout.JAVA_FLOAT, at(offset, i));
    }
  }

  private static long at(long offset, int i) {
    return offset + (long) i * Float.BYTES;
  }
}
