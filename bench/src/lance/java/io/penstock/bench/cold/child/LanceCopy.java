package io.penstock.bench.cold.child;

import io.penstock.bench.data.ForeignCopy;
import io.penstock.bench.data.RecordFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.ipc.ArrowReader;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.lance.Dataset;
import org.lance.WriteParams;

/** The records as one column of a Lance dataset: fixed-size binaries, uncompressed. */
public final class LanceCopy implements ForeignCopy {
  static final String COLUMN = "record";

  /** Bytes of a batch that is written. */
  private static final long WRITE_BYTES = 8 << 20;

  @Override
  public String suffix() {
    return "lance";
  }

  @Override
  public void write(RecordFile records, Path folder) throws IOException {
    Schema schema =
        new Schema(
            List.of(
                Field.notNullable(
                    COLUMN,
                    new ArrowType.FixedSizeBinary(Math.toIntExact(records.recordBytes())))));
    try (BufferAllocator allocator = new RootAllocator();
        FileChannel channel = FileChannel.open(records.path());
        ArrowReader reader = new LanceRecords(allocator, schema, records, channel);
        Dataset written =
            Dataset.write()
                .allocator(allocator)
                .reader(reader)
                .uri(folder.toString())
                .mode(WriteParams.WriteMode.CREATE)
                .storageOptions(Map.of())
                .execute()) {
      if (written.countRows() != records.recordCount()) {
        throw new IOException(
            "expected %d records in %s, found %d"
                .formatted(records.recordCount(), folder, written.countRows()));
      }
    }
    sync(folder);
  }

  /** Pages that were not written out cannot be dropped. */
  private static void sync(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
      }
    }
  }

  /** The records of the file, some at a time. */
  private static final class LanceRecords extends ArrowReader {
    private final Schema schema;
    private final RecordFile records;
    private final FileChannel channel;
    private final int batchRecords;
    private long next;

    LanceRecords(
        BufferAllocator allocator, Schema schema, RecordFile records, FileChannel channel) {
      super(allocator);
      this.schema = schema;
      this.records = records;
      this.channel = channel;
      this.batchRecords = (int) Math.max(1, WRITE_BYTES / records.recordBytes());
    }

    @Override
    public boolean loadNextBatch() throws IOException {
      int count = (int) Math.min(batchRecords, records.recordCount() - next);
      if (count == 0) {
        return false;
      }
      var root = getVectorSchemaRoot();
      FixedSizeBinaryVector vector = (FixedSizeBinaryVector) root.getVector(0);
      vector.allocateNew(count);
      ByteBuffer bytes =
          vector.getDataBuffer().nioBuffer(0, Math.toIntExact(count * records.recordBytes()));
      long place = RecordFile.DATA_OFFSET + next * records.recordBytes();
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, place + bytes.position()) < 0) {
          throw new IOException("the file ends before record " + (next + count));
        }
      }
      for (int i = 0; i < count; i++) {
        vector.setIndexDefined(i);
      }
      vector.setValueCount(count);
      root.setRowCount(count);
      next += count;
      return true;
    }

    @Override
    public long bytesRead() {
      return next * records.recordBytes();
    }

    @Override
    protected void closeReadSource() {
      // The channel belongs to the caller.
    }

    @Override
    protected Schema readSchema() {
      return schema;
    }
  }
}
