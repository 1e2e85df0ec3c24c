package io.penstock.internal.format.tfrecord;

import io.penstock.array.ElementType;
import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.index.Scan;
import io.penstock.internal.index.ScanInput;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Finds the records of a TFRecord file and, if they are examples of TensorFlow, where the features
 * of each lie.
 *
 * <p>What it owns: when records are taken to be examples. The first records that are not empty
 * decide; if a later one is none, no feature is a column, and facts say which record it was.
 * Checksums of lengths are compared, those of data are not: {@code penstock verify} does it.
 */
final class TfRecordScan implements Scan {
  private static final String HEADER = "the header of a record";

  @Override
  public String id() {
    return "tfrecord 2";
  }

  @Override
  public void run(ScanInput in, IndexBuilder found) {
    new Pass(in, found).run();
  }

  private static final class Pass {
    private final ScanInput in;
    private final IndexBuilder found;
    private final IndexBuilder.FoundPlaces records;
    private final RecordHeader header = new RecordHeader();
    private final FeatureColumns features;
    private final ExampleParser parser;
    private final Wire wire;
    private boolean areExamples = true;

    /** Whether a record was an example beyond doubt: an empty one is not. */
    private boolean isFound;

    Pass(ScanInput in, IndexBuilder found) {
      this.in = in;
      this.found = found;
      this.records = found.places(TfRecordFormat.RECORDS, ElementType.UINT8);
      this.features = new FeatureColumns(found);
      this.parser = new ExampleParser(features);
      this.wire = new Wire(this::at);
    }

    private ByteBuffer at(long position, int atLeast) {
      in.moveTo(position);
      return in.peek(atLeast, HEADER);
    }

    void run() {
      long position = 0;
      for (long record = 0; position < in.sizeBytes(); record++) {
        wire.moveTo(position);
        MemorySegment window = wire.need(RecordHeader.BYTES);
        long length = header.length(window, wire.offset(), in.file(), position, record);
        long data = position + RecordHeader.BYTES;
        records.add(data, length);
        if (areExamples && length > 0) {
          wire.moveTo(data);
          parse(record, data + length);
        }
        position = RecordHeader.next(position, length);
      }
      if (areExamples) {
        finish();
      }
    }

    private void parse(long record, long end) {
      features.beginRecord(record);
      try {
        parser.parse(wire, end);
        features.endRecord();
        isFound |= !features.isEmpty();
      } catch (WireException e) {
        areExamples = false;
        if (isFound) {
          FeatureFacts.write(
              features,
              "expected tf.Examples in all records, found another in record %d (%s), or a damaged one, which penstock verify finds"
                  .formatted(record, e.getMessage()),
              found);
        }
        features.columns().forEach(FeatureColumn::discard);
      }
    }

    private void finish() {
      long count = records.count();
      features.columns().forEach(column -> column.finish(count));
      FeatureFacts.write(features, count, found);
    }
  }
}
