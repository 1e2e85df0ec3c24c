package io.penstock.cli.make;

import io.penstock.cli.convert.ArrayFiles;
import io.penstock.write.NpyWriterBuilder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options of all commands that make .npy files. */
public final class MakingOptions {
  /** What an interrupted command leaves behind, for its last message. */
  public static final String INTERRUPTED = "no unfinished file was left behind";

  @Option(
      names = "--force",
      description =
          "Replace existing files when the new ones are complete. Default: existing files are an"
              + " error.")
  private boolean mayReplace;

  @Option(
      names = "--align-records",
      description =
          "Pad records to a multiple of 512 bytes, for direct reads without a copy. To NumPy the"
              + " file is a structured array with one field, named after the file:"
              + " load('x.npy')['x']; to Penstock x.npy#x. Default: records as they are.")
  private boolean isAligned;

  boolean mayReplace() {
    return mayReplace;
  }

  /** Refuses what records of different sizes cannot be. */
  void checkVariable() {
    if (isAligned) {
      throw new IllegalArgumentException(
          "--align-records must be left out for records of different sizes");
    }
  }

  /** Applies the options to a writer. */
  NpyWriterBuilder aligned(NpyWriterBuilder builder, Path target) {
    return builder
        .replace(mayReplace)
        .alignRecords(isAligned ? ArrayFiles.fieldName(target) : null);
  }

  ArrayFiles.Options with(int shards, boolean isResumable) {
    return new ArrayFiles.Options(shards, mayReplace, isAligned, isResumable);
  }
}
