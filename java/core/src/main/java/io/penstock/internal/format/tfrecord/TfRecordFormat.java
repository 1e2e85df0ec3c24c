package io.penstock.internal.format.tfrecord;

import io.penstock.array.ElementType;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.array.StreamedArray;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.SelfCheck;
import io.penstock.internal.index.IndexedContents;
import io.penstock.internal.index.Indexes;
import io.penstock.internal.kind.FileKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * TFRecord, the record files of TensorFlow: {@code FILE} is its records as bytes, {@code
 * FILE#FEATURE} a feature of the tf.Examples in them.
 *
 * <p>Recognised by the checksum of the first length. What it owns: what to do about features that
 * are no columns.
 */
public final class TfRecordFormat implements ArrayFormat {
  /** The part that is the records themselves. */
  static final String RECORDS = "";

  /** Of an array whose elements are decoded one record at a time. */
  private static final long MOST_STREAMED = 1 << 27;

  @Override
  public String name() {
    return "tfrecord";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return RecordHeader.isAt(start) || isEmptyShard(file);
  }

  /** A file without records has no bytes at all; only its name tells what it is. */
  private static boolean isEmptyShard(OpenFile file) {
    return file.sizeBytes() == 0 && isNamed(file);
  }

  private static boolean isNamed(OpenFile file) {
    return isNamed(String.valueOf(file.path().getFileName()));
  }

  private static boolean isNamed(String name) {
    return name.matches("(?i).*\\.tfrecords?([-.].*)?");
  }

  @Override
  public Optional<SelfCheck> selfCheck() {
    return Optional.of(new TfRecordCheck());
  }

  @Override
  public Optional<SelfCheck> selfCheck(byte[] start, String name) {
    return RecordHeader.isAt(start) || (isNamed(name) && isUnknown(start))
        ? selfCheck()
        : Optional.empty();
  }

  private static boolean isUnknown(byte[] start) {
    return start.length == 0 || FileKind.of(start, start.length).isEmpty();
  }

  @Override
  public Optional<String> damage(OpenFile file) {
    return isNamed(file)
            && FileKind.of(file.start(FileKind.START_BYTES), file.sizeBytes()).isEmpty()
        ? Optional.of(
            "expected TFRecord, as the name says, found a length at the beginning that does not fit"
                + " its checksum: make or copy the file again; penstock verify names the damaged"
                + " records")
        : Optional.empty();
  }

  @Override
  public Contents read(OpenFile file) {
    IndexedContents contents = Indexes.contents(file, new TfRecordScan());
    List<Part> others =
        FeatureFacts.refused(contents::fact).stream()
            .map(refused -> part(file.path(), refused, contents))
            .toList();
    return others.isEmpty() ? contents : contents.with(others);
  }

  private static Part part(
      Path path, FeatureFacts.RefusedFeature refused, IndexedContents contents) {
    String file = path.getFileName().toString();
    if (refused.ints() == 0 || refused.ints() > MOST_STREAMED) {
      return Part.refused(
          path,
          refused.name(),
          refused.problem()
              + ": read the records, %s, and decode them with TfExample".formatted(file));
    }
    long records = FeatureFacts.records(contents::fact);
    StreamedArray array =
        StreamedArray.of(
            path,
            refused.name(),
            ElementType.INT64,
            Shape.of(records, refused.ints()),
            () -> new IntsStream(path, refused.name(), Math.toIntExact(refused.ints())));
    String problem =
        "%s: write them out with 'penstock convert %s#%s DST.npy', or read the records, %s, and decode them with TfExample.int64s"
            .formatted(refused.problem(), file, refused.name(), file);
    return Part.streamed(array, problem);
  }
}
