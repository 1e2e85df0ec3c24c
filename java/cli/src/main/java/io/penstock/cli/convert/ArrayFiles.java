package io.penstock.cli.convert;

import io.penstock.array.ElementType;
import io.penstock.array.Field;
import io.penstock.array.Shape;
import io.penstock.format.Source;
import io.penstock.write.NpyWriter;
import io.penstock.write.NpyWriterBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The .npy files that records are written to: one, or several shards. They appear under their names
 * when all of them are complete.
 *
 * <p>It owns the writers. Closing without {@link #commit} leaves nothing behind.
 */
public final class ArrayFiles implements AutoCloseable {
  /** Shards wait for each other with two open descriptors each. */
  private static final int MAX_SHARDS = 10_000;

  /**
   * Options of the files.
   *
   * @param shards how many, 1 for the target itself
   * @param mayReplace whether files of these names are replaced
   * @param isAligned whether records are padded to 512 bytes
   * @param isResumable whether to continue the files of a killed process
   */
  public record Options(int shards, boolean mayReplace, boolean isAligned, boolean isResumable) {
    /** Checks the number. */
    public Options {
      if (shards < 1 || shards > MAX_SHARDS) {
        throw new IllegalArgumentException(
            "--shards must be 1 to %d, was %d".formatted(MAX_SHARDS, shards));
      }
      if (shards > 1 && isResumable) {
        throw new IllegalArgumentException("--resume must be with one file, not with --shards");
      }
    }
  }

  private final Path target;
  private final Options options;
  private final ElementType type;
  private final List<Field> fields;
  private final Shape recordShape;
  private final long recordCount;
  private final String job;
  private final List<NpyWriter> writers = new ArrayList<>();
  private long written;

  /**
   * Starts the first file.
   *
   * @param target name of the file; shards are named after it: {@code x-00000.npy}
   * @param source of the records that are going to be written
   * @param options of the files
   */
  public ArrayFiles(Path target, RecordSource source, Options options) {
    this.target = target;
    this.options = options;
    this.type = source.elementType();
    this.fields = source.fields();
    this.recordShape = source.recordShape();
    this.recordCount = source.recordCount();
    this.job = options.isResumable ? source.identity() + " aligned=" + options.isAligned : null;
    if (options.shards > 1 && recordCount == RecordSource.UNKNOWN) {
      throw new IllegalArgumentException(
          "--shards must be left out where the number of records is not known before all are read");
    }
    writers.add(writer(0));
    written = writers.getFirst().appendedRecords();
  }

  /** Shard i of n starts at record count * i / n. */
  private long start(int shard) {
    long whole = recordCount / options.shards;
    long rest = recordCount % options.shards;
    return whole * shard + rest * shard / options.shards;
  }

  private NpyWriter writer(int shard) {
    NpyWriterBuilder builder =
        NpyWriter.builder(path(shard), type, recordShape)
            .fields(fields)
            .replace(options.mayReplace)
            .resumable(job);
    if (options.isAligned) {
      builder.alignRecords(fieldName(target));
    }
    if (recordCount != RecordSource.UNKNOWN) {
      builder.recordCount(start(shard + 1) - start(shard));
    }
    return builder.open();
  }

  /**
   * The name of the one field of padded records.
   *
   * @param target name of the file
   * @return the file's name without its extension, as an identifier
   */
  public static String fieldName(Path target) {
    return Source.parse(target).columnName().replaceAll("[^A-Za-z0-9_]", "_");
  }

  private Path path(int shard) {
    if (options.shards == 1) {
      return target;
    }
    String name = target.getFileName().toString();
    String stem = name.endsWith(".npy") ? name.substring(0, name.length() - 4) : name;
    return target.resolveSibling("%s-%05d.npy".formatted(stem, shard));
  }

  /**
   * The files, in the order of their records.
   *
   * @return as many as there are shards
   */
  public List<Path> paths() {
    List<Path> paths = new ArrayList<>();
    for (int shard = 0; shard < options.shards; shard++) {
      paths.add(path(shard));
    }
    return paths;
  }

  /**
   * The number of records so far, including those of an earlier process.
   *
   * @return at least 0
   */
  public long written() {
    return written;
  }

  /**
   * Writes all records of a source.
   *
   * @param source which hands over the records behind those that are {@link #written}
   * @param progress called with their number
   * @throws IOException if they cannot be read
   */
  public void write(RecordSource source, LongConsumer progress) throws IOException {
    long recordBytes = source.recordBytes();
    for (MemorySegment records = source.next(); records != null; records = source.next()) {
      long count = records.byteSize() / recordBytes;
      long taken = 0;
      while (taken < count) {
        long room = roomInShard();
        long some = room == RecordSource.UNKNOWN ? count - taken : Math.min(room, count - taken);
        if (some == 0) {
          nextShard();
          continue;
        }
        writers.getLast().append(records.asSlice(taken * recordBytes, some * recordBytes));
        taken += some;
        written += some;
      }
      progress.accept(written);
    }
    while (writers.size() < options.shards) {
      nextShard();
    }
    writers.getLast().finish();
  }

  private long roomInShard() {
    return recordCount == RecordSource.UNKNOWN
        ? RecordSource.UNKNOWN
        : start(writers.size()) - written;
  }

  private void nextShard() {
    writers.getLast().finish();
    if (writers.size() == options.shards) {
      throw new IllegalStateException("more records than there should be: " + written);
    }
    writers.add(writer(writers.size()));
  }

  /** Makes all files appear under their names. */
  public void commit() {
    writers.forEach(NpyWriter::commit);
  }

  @Override
  public void close() {
    writers.forEach(NpyWriter::close);
  }
}
