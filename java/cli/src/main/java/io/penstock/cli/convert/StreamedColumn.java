package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.RecordStream;
import io.penstock.array.StreamedRecords;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.write.VariableNpyWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Records of different sizes in one or several files, read from the first to the last since they do
 * not lie in the files as they are.
 */
public final class StreamedColumn {
  private final List<StreamedRecords> shards;
  private final List<SourceFile> files = new ArrayList<>();

  private StreamedColumn(List<StreamedRecords> shards) {
    this.shards = shards;
    shards.forEach(shard -> files.add(SourceFile.of(shard.path())));
  }

  /**
   * Finds records.
   *
   * @param sources files, each with the name of the column, at least one
   * @return the column; empty if the records of the first source are others
   * @throws PenstockException if those of another source are of another type
   */
  public static Optional<StreamedColumn> find(List<Source> sources) {
    List<StreamedRecords> shards = new ArrayList<>();
    for (Source source : sources) {
      Optional<StreamedRecords> shard = Formats.streamedRecords(source);
      if (shard.isEmpty() && shards.isEmpty()) {
        return Optional.empty();
      }
      ElementType type = shards.isEmpty() ? null : shards.getFirst().elementType();
      if (shard.isEmpty() || (type != null && !type.equals(shard.get().elementType()))) {
        throw PenstockException.about(
            ErrorKind.UNSUPPORTED,
            source.file(),
            "expected records of different sizes of %s, as in %s, found others: convert it alone"
                .formatted(type, shards.getFirst().path()));
      }
      shards.add(shard.get());
    }
    return Optional.of(new StreamedColumn(shards));
  }

  /**
   * Type of the values.
   *
   * @return that of all files
   */
  public ElementType elementType() {
    return shards.getFirst().elementType();
  }

  /**
   * How many records there are.
   *
   * @return those of all files
   */
  public long recordCount() {
    return shards.stream().mapToLong(StreamedRecords::recordCount).sum();
  }

  /**
   * Writes all records, in bounded memory.
   *
   * @param writer to which they are appended
   * @param progress called with their number
   * @throws PenstockException if they cannot be read, or a file has changed meanwhile
   */
  public void writeTo(VariableNpyWriter writer, LongConsumer progress) {
    for (StreamedRecords shard : shards) {
      try (RecordStream records = shard.source().open()) {
        while (records.next()) {
          writer.append(records.values(), records.starts());
          progress.accept(writer.recordCount());
        }
      } catch (IOException e) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            shard.path(),
            "'%s': %s".formatted(shard.part(), e.getMessage()),
            e);
      }
    }
    files.forEach(SourceFile::check);
  }
}
