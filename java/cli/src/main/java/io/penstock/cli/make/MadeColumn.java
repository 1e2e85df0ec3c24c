package io.penstock.cli.make;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.cli.convert.ArrayFiles;
import io.penstock.write.VariableNpyWriter;
import java.nio.file.Path;
import java.util.List;

/** The complete files of a column, which have no names yet. */
sealed interface MadeColumn extends AutoCloseable {
  /** Gives the files their names. */
  void commit(MakingReport report);

  /** Deletes the files unless they were committed. */
  @Override
  void close();

  /** Of records of one size. */
  record Fixed(ArrayFiles files, ElementType type, Shape shape, long recordBytes)
      implements MadeColumn {
    @Override
    public void commit(MakingReport report) {
      files.commit();
      report.add(files.paths(), type, shape, files.written(), recordBytes);
    }

    @Override
    public void close() {
      files.close();
    }
  }

  /** Of records of different sizes: a file of values, and one of offsets. */
  record Variable(List<Path> paths, ElementType type, VariableNpyWriter writer)
      implements MadeColumn {
    @Override
    public void commit(MakingReport report) {
      writer.commit();
      report.addVariable(paths, type, Shape.SCALAR, writer.recordCount(), writer.bytes());
    }

    @Override
    public void close() {
      writer.close();
    }
  }
}
