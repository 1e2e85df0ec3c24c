package io.penstock.spark;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Gives the records of a stretch of a dataset as entries of blocks. */
final class StretchFeed implements EntryBlocks.Feed {
  private final StretchRecords records;
  private final boolean[] isVariable;

  StretchFeed(StretchRecords records) {
    this.records = records;
    this.isVariable = new boolean[records.columns().size()];
    for (int c = 0; c < isVariable.length; c++) {
      isVariable[c] = records.columns().get(c).isVariable();
    }
  }

  @Override
  public boolean addTo(EntryBlocks blocks) {
    if (!records.next()) {
      return false;
    }
    long sum = 0;
    for (int c = 0; c < isVariable.length; c++) {
      sum += records.bytes(c);
    }
    blocks.begin(records.index(), sum);
    for (int c = 0; c < isVariable.length; c++) {
      if (isVariable[c]) {
        blocks.put(records.bytes(c));
      }
    }
    for (int c = 0; c < isVariable.length; c++) {
      int bytes = records.bytes(c);
      MemorySegment.copy(
          records.segment(c),
          ValueLayout.JAVA_BYTE,
          records.offset(c),
          blocks.array(),
          blocks.at(),
          bytes);
      blocks.advance(bytes);
    }
    blocks.end();
    return true;
  }
}
