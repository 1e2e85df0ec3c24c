package io.penstock.write;

/** Writes one shard of one column from ranges that are in order. */
sealed interface ShardWriter extends AutoCloseable {
  /** Appends some records of a range, by their numbers there. */
  void append(ShuffleRange range, long first, long count);

  /** Completes the files, forces them to the disk and gives them their names. */
  void commit();

  @Override
  void close();

  /** Of records of one size. */
  record FixedShard(int column, NpyWriter writer) implements ShardWriter {
    @Override
    public void append(ShuffleRange range, long first, long count) {
      writer.append(range.fixed(column, first, count));
    }

    @Override
    public void commit() {
      writer.commit();
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  /** Of records of different sizes. */
  record VariableShard(int column, VariableNpyWriter writer) implements ShardWriter {
    @Override
    public void append(ShuffleRange range, long first, long count) {
      for (long i = first; i < first + count; i++) {
        writer.append(range.variable(column, i));
      }
    }

    @Override
    public void commit() {
      writer.commit();
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
