package io.penstock.internal.dataset;

import io.penstock.error.PenstockException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** How long records are where C has no table of them. */
final class SourceLengths implements RecordLengths {
  private final List<VariableSource> sources = new ArrayList<>();

  SourceLengths(OpenDataset dataset) {
    for (int i = 0; i < dataset.columns().size(); i++) {
      if (dataset.columns().get(i).isVariable()) {
        sources.add(dataset.variableSource(i));
      }
    }
  }

  @Override
  public int columnCount() {
    return sources.size();
  }

  @Override
  public void lengths(int variable, MemorySegment indices, int count, MemorySegment lengths) {
    for (int i = 0; i < count; i++) {
      long bytes;
      try {
        bytes = sources.get(variable).bytes(indices.getAtIndex(ValueLayout.JAVA_LONG, i));
      } catch (PenstockException e) {
        bytes = -1; // Asked for again when it is told.
      }
      lengths.setAtIndex(ValueLayout.JAVA_LONG, i, bytes);
    }
  }

  @Override
  public boolean hasDamage() {
    return true;
  }

  @Override
  public PenstockException damageOrNull(long index) {
    for (VariableSource source : sources) {
      try {
        source.bytes(index);
      } catch (PenstockException e) {
        return e;
      }
    }
    return null;
  }
}
