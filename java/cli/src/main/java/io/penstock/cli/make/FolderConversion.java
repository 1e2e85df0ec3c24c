package io.penstock.cli.make;

import io.penstock.array.ElementType;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.convert.FilesAsRecords;
import io.penstock.cli.convert.Selection;
import io.penstock.cli.convert.TarWriter;
import io.penstock.format.Source;
import io.penstock.write.NpyWriter;
import io.penstock.write.VariableNpyWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code convert FOLDER}, where the files of the folder stay what they are and become one: values
 * and offsets, or an archive.
 *
 * @param streams for progress
 * @param target what to write
 * @param mayReplace whether existing files are replaced
 */
record FolderConversion(Streams streams, Path target, boolean mayReplace) {
  /** Writes values, offsets, names and, if there are classes, labels and their names. */
  void toValues(Path folder, String pattern, Selection selection, MakingReport report)
      throws IOException {
    Path offsets = beside("-offsets.npy");
    Path names = beside("-names.npy");
    Path labels = beside("-labels.npy");
    try (FilesAsRecords files = new FilesAsRecords(folder, pattern, selection);
        VariableNpyWriter writer =
            VariableNpyWriter.open(
                NpyWriter.builder(target, ElementType.UINT8).replace(mayReplace), offsets);
        NpyWriter nameWriter = files.names(names, mayReplace);
        Progress progress = Progress.start(streams, "convert", "files", files.count())) {
      boolean hasClasses = !files.labels().isEmpty();
      try (NpyWriter labelWriter = hasClasses ? files.labels(labels, mayReplace) : null;
          ClassFile classes =
              hasClasses
                  ? new ClassFile(beside("-classes.json"), files.labels(), mayReplace)
                  : null) {
        files.writeTo(writer, progress::to);
        writer.commit();
        nameWriter.commit();
        report.addVariable(List.of(target, offsets, names), files.count(), files.bytes());
        if (hasClasses) {
          labelWriter.commit();
          classes.commit();
          report.addLabels(List.of(labels), files.labels(), classes.path());
        }
      }
    }
  }

  /** Writes an archive, in which the names of the files say their classes. */
  void toTar(Path folder, String pattern, Selection selection, MakingReport report)
      throws IOException {
    try (FilesAsRecords files = new FilesAsRecords(folder, pattern, selection);
        TarWriter writer = new TarWriter(target, mayReplace);
        Progress progress = Progress.start(streams, "convert", "files", files.count())) {
      files.writeTo(writer, progress::to);
      writer.commit();
      report.addVariable(List.of(target), files.count(), files.bytes());
    }
  }

  private Path beside(String ending) {
    return target.resolveSibling(Source.parse(target).columnName() + ending);
  }
}
