package io.penstock.spark;

import io.penstock.checksum.RecordChecksumPart;
import io.penstock.checksum.ShardChecksums;
import io.penstock.error.PenstockException;
import io.penstock.write.NpyWriter;
import io.penstock.write.NpyWriterBuilder;
import io.penstock.write.ShardLayout;
import io.penstock.write.VariableNpyWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.jspecify.annotations.Nullable;
import scala.Tuple2;

/**
 * Writes one shard of all columns from blocks that come bucket by bucket.
 *
 * <p>Each attempt writes files with names of its own. Which attempt counts is the driver's choice:
 * it takes the files of the one whose result Spark hands to it, which is one for each shard,
 * whatever was repeated or run twice.
 */
final class ShardTask
    implements FlatMapFunction<Iterator<Tuple2<Integer, EntryBlock>>, ShardResult> {
  private static final long serialVersionUID = 1L;

  private static final long WRITE_BYTES = 4 << 20;
  private static final int STAGING_BYTES = 256 << 10;

  private final ShardJob job;

  ShardTask(ShardJob job) {
    this.job = job;
  }

  @Override
  public Iterator<ShardResult> call(Iterator<Tuple2<Integer, EntryBlock>> blocks) {
    TaskContext context = TaskContext.get();
    try (Attempt attempt = new Attempt(context)) {
      return List.of(attempt.write(blocks)).iterator();
    } catch (PenstockException e) {
      throw ExecutorName.on(e);
    }
  }

  /** The prefix of the names of the files that an attempt writes. */
  static String prefix(long attempt) {
    return "attempt-" + attempt + "-";
  }

  /** The file of the checksums of the records that an attempt writes. */
  static String recordChecksums(long attempt) {
    return prefix(attempt) + "checksums";
  }

  /** One attempt: its open files. */
  private final class Attempt implements AutoCloseable {
    private final ShardLayout layout = job.layout();
    private final List<ColumnForm> columns = job.columns();
    private final BucketMemory memory;
    private final BucketRecords bucket;
    private final List<NpyWriter> fixed = new ArrayList<>();
    private final List<VariableNpyWriter> variable = new ArrayList<>();
    private final byte[] staging = new byte[STAGING_BYTES];
    private final CRC32C crc = new CRC32C();
    private @Nullable RecordChecksumPart part;

    /** Of the records of a bucket: those of the columns of a record side by side. */
    private int[] checksums = new int[0];

    private final int shard;
    private final long number;
    private final long records;
    private long bytes;

    Attempt(TaskContext context) {
      this.shard = context.partitionId();
      this.number = context.taskAttemptId();
      this.memory = new BucketMemory(context.taskMemoryManager());
      this.bucket = new BucketRecords(columns, memory);
      this.records = layout.first(shard + 1) - layout.first(shard);
    }

    ShardResult write(Iterator<Tuple2<Integer, EntryBlock>> blocks) {
      Path place = job.place();
      open(place);
      Tuple2<Integer, EntryBlock> block = blocks.hasNext() ? blocks.next() : null;
      int buckets = job.buckets();
      for (int b = 0; b < buckets; b++) {
        bucket.begin(job.recordsOf(b, records));
        while (block != null && block._1() == job.bucket(shard, b)) {
          bucket.add(block._2());
          block = blocks.hasNext() ? blocks.next() : null;
        }
        bucket.checkFull();
        append(job.recordsOf(b, records));
      }
      if (block != null) {
        throw new IllegalStateException("blocks must be of buckets of this shard, in order");
      }
      fixed.forEach(NpyWriter::finish);
      variable.forEach(VariableNpyWriter::finish);
      fixed.forEach(NpyWriter::commit);
      variable.forEach(VariableNpyWriter::commit);
      return new ShardResult(shard, number, records, bytes, new ArrayList<>(fileChecksums(place)));
    }

    private List<String> fileChecksums(Path place) {
      List<String> files = new ArrayList<>();
      if (part != null) {
        part.finish();
        for (String name : layout.fileNames(shard)) {
          files.add(ShardChecksums.ofFile(place.resolve(prefix(number) + name)));
        }
      }
      return files;
    }

    private void open(Path place) {
      for (int c = 0; c < columns.size(); c++) {
        ColumnForm form = columns.get(c);
        Path file = place.resolve(prefix(number) + layout.fileName(c, shard));
        NpyWriterBuilder builder =
            NpyWriter.builder(file, form.elementType(), form.recordShape())
                .memoryBytes(WRITE_BYTES);
        if (form.isVariable()) {
          Path offsets = place.resolve(prefix(number) + layout.offsetsFileName(c, shard));
          variable.add(VariableNpyWriter.open(builder, offsets));
        } else {
          fixed.add(builder.recordCount(records).open());
        }
      }
      if (job.hasChecksums()) {
        part = new RecordChecksumPart(place.resolve(recordChecksums(number)));
      }
    }

    private void append(int count) {
      int nextFixed = 0;
      int nextVariable = 0;
      for (int c = 0; c < columns.size(); c++) {
        if (columns.get(c).isVariable()) {
          appendVariable(variable.get(nextVariable++), c, count);
        } else {
          appendFixed(fixed.get(nextFixed++), c, count);
        }
      }
      if (part != null) {
        appendChecksums(part, count);
      }
    }

    private void appendChecksums(RecordChecksumPart to, int count) {
      int width = columns.size();
      checksums = checksums.length < count * width ? new int[count * width] : checksums;
      for (int i = 0; i < count; i++) {
        for (int c = 0; c < width; c++) {
          crc.reset();
          crc.update(bucket.block(i), bucket.at(i, c), bucket.bytes(i, c));
          checksums[i * width + c] = (int) crc.getValue();
        }
      }
      to.append(checksums, count * width);
    }

    /** Small records are put together first: a call of the writer costs more than they do. */
    private void appendFixed(NpyWriter writer, int c, int count) {
      int size = columns.get(c).valueBytes();
      int used = 0;
      for (int i = 0; i < count; i++) {
        if (used + size > staging.length) {
          writer.append(MemorySegment.ofArray(staging).asSlice(0, used));
          used = 0;
        }
        if (size > staging.length) {
          writer.append(MemorySegment.ofArray(bucket.block(i)).asSlice(bucket.at(i, c), size));
        } else {
          System.arraycopy(bucket.block(i), bucket.at(i, c), staging, used, size);
          used += size;
        }
      }
      writer.append(MemorySegment.ofArray(staging).asSlice(0, used));
      bytes += (long) count * size;
    }

    private void appendVariable(VariableNpyWriter writer, int c, int count) {
      for (int i = 0; i < count; i++) {
        int size = bucket.bytes(i, c);
        writer.append(MemorySegment.ofArray(bucket.block(i)).asSlice(bucket.at(i, c), size));
        bytes += size;
      }
    }

    /** Deletes files that are not complete, as those of a task that was killed. */
    @Override
    public void close() {
      fixed.forEach(NpyWriter::close);
      variable.forEach(VariableNpyWriter::close);
      if (part != null) {
        part.close();
      }
      memory.release();
    }
  }
}
