package io.penstock.internal.dataset;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Column;
import io.penstock.array.Shard;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.platform.FileFacts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The fingerprint of a dataset as the first version of Penstock computed it: SHA-256 over where its
 * records lie, the sizes of its files and their modification times.
 *
 * <p>Why it exists: states saved by that version name it, and go on as long as no file was touched.
 * New states name the {@link Identity}. The text for the same files must never change.
 */
final class DatedFingerprint {
  private final DatasetFiles opened;
  private final List<FileFacts> files;
  private final StringBuilder text = new StringBuilder("penstock dataset 1\n");

  private DatedFingerprint(DatasetFiles opened) {
    this.opened = opened;
    this.files = opened.source().files();
    for (int i = 0; i < opened.columns().size(); i++) {
      append(opened.columns().get(i), opened.layout(i));
    }
  }

  /** 64 hexadecimal digits. */
  static String of(DatasetFiles opened) {
    byte[] bytes = new DatedFingerprint(opened).text.toString().getBytes(StandardCharsets.UTF_8);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private void append(Column column, ColumnLayout layout) {
    text.append(
        "column %s %s %s%n"
            .formatted(column.name(), column.elementType(), column.shape().toList()));
    switch (layout) {
      case ColumnLayout.FixedRecords _ -> column.shards().forEach(shard -> append(column, shard));
      case DividedRecords divided -> divided.divisions().forEach(this::append);
      case ColumnLayout.FileRecords files ->
          text.append("folder %s%n".formatted(files.folder().datedDigest()));
    }
  }

  private void append(Column column, Shard shard) {
    FileFacts file = files.get(opened.fileNumber(shard.path()));
    text.append(
        "shard %s %s %s %s%s%n"
            .formatted(
                shard.dataOffset(),
                shard.recordCount(),
                file.sizeBytes(),
                file.modifiedNanos(),
                strides(column, shard)));
  }

  private void append(RecordLayout.Variable division) {
    text.append("division %s%n".formatted(division.recordCount()));
    append(division.values());
    division.numbers().forEach(this::append);
  }

  private void append(ArrayLayout layout) {
    FileFacts file = files.get(opened.fileNumber(layout.path()));
    text.append(
        "array %s %s %s %s%n"
            .formatted(
                layout.elementType(), layout.dataOffset(), file.sizeBytes(), file.modifiedNanos()));
  }

  /** Nothing for records one after another. */
  private static String strides(Column column, Shard shard) {
    return shard.strideBytes() == column.recordBytes() && shard.isWhole()
        ? ""
        : " %s %s".formatted(shard.strideBytes(), Arrays.toString(shard.axisStrides()));
  }
}
