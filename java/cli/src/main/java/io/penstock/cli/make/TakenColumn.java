package io.penstock.cli.make;

import io.penstock.Batch;
import io.penstock.array.Column;
import io.penstock.write.NpyWriter;
import io.penstock.write.NpyWriterBuilder;
import io.penstock.write.VariableNpyWriter;
import java.nio.file.Path;
import java.util.List;

/** The files that a column of batches is written to, one record after another. */
sealed interface TakenColumn extends AutoCloseable {
  /** Appends the records of a batch. */
  void append(Batch batch);

  /** Completes the files under their temporary names. */
  void finish();

  /** Gives the files their names. */
  void commit(MakingReport report);

  @Override
  void close();

  /** Of records of one size. */
  record FixedTaken(Column column, Path target, long records, NpyWriter writer)
      implements TakenColumn {
    @Override
    public void append(Batch batch) {
      writer.append(batch.column(column.name()));
    }

    @Override
    public void finish() {
      writer.finish();
    }

    @Override
    public void commit(MakingReport report) {
      writer.commit();
      report.add(List.of(target), column, records);
    }

    @Override
    public void close() {
      writer.close();
    }
  }

  /** Of records of different sizes: a file of values, and one of offsets. */
  record VariableTaken(Column column, Path target, Path offsets, VariableNpyWriter writer)
      implements TakenColumn {
    static VariableTaken open(Column column, Path target, NpyWriterBuilder builder) {
      String name = target.getFileName().toString();
      String stem = name.endsWith(".npy") ? name.substring(0, name.length() - 4) : name;
      Path offsets = target.resolveSibling(stem + "-offsets.npy");
      return new VariableTaken(column, target, offsets, VariableNpyWriter.open(builder, offsets));
    }

    @Override
    public void append(Batch batch) {
      writer.append(batch.column(column.name()), batch.offsets(column.name()));
    }

    @Override
    public void finish() {
      writer.finish();
    }

    @Override
    public void commit(MakingReport report) {
      writer.commit();
      report.addVariable(
          List.of(target, offsets),
          column.elementType(),
          column.shape(),
          writer.recordCount(),
          writer.bytes());
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
