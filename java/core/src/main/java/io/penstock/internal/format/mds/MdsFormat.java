package io.penstock.internal.format.mds;

import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.Indexes;

/**
 * A raw shard of MosaicML Streaming, {@code shard.00000.mds}: a part for each column.
 *
 * <p>Numbers, and arrays whose encoding has a shape, have records of one size. Columns of other
 * encodings have records of different sizes: the bytes as they were encoded.
 */
public final class MdsFormat implements ArrayFormat {
  @Override
  public String name() {
    return "mds";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return MdsHeader.isOne(start, file);
  }

  @Override
  public Contents read(OpenFile file) {
    return Indexes.contents(file, new MdsScan());
  }
}
