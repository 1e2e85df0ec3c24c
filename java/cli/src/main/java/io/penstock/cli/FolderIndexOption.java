package io.penstock.cli;

import io.penstock.format.FolderIndex;
import io.penstock.format.Formats;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where the index of a folder is kept: beside it, unless nothing can be written there. */
final class FolderIndexOption {
  /** Files of a folder that are meant; names that begin with a dot are not. */
  static final String PATTERN = "*";

  @Option(
      names = "--folder-index",
      paramLabel = "FILE",
      description =
          "Where the index of the folder among the paths is kept, of which there must be one; made"
              + " when it is not there. Default: FOLDER.penstock-index, beside the folder.")
  private Path file;

  /** Refuses the option where it is not clear whose index is meant. */
  void check(CommandSpec spec, Stream<Path> paths) {
    if (file == null) {
      return;
    }
    List<Path> folders =
        paths
            .filter(path -> Files.isDirectory(path) || Formats.isLabels(path))
            .map(path -> Formats.file(path).toAbsolutePath().normalize())
            .distinct()
            .toList();
    if (folders.size() != 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--folder-index must come with one folder, was with "
              + (folders.isEmpty() ? "none" : folders));
    }
  }

  /** Where the index of a folder is. */
  Path file(Path folder) {
    return file == null ? FolderIndex.defaultFile(folder) : file;
  }

  /** Takes or makes the index of a folder. */
  FolderIndex open(Path folder) {
    return FolderIndex.open(folder, PATTERN, file(folder));
  }

  /** The labels in the index that is meant; any other path as it is. */
  Path place(Path path) {
    return Formats.isLabels(path) ? open(Formats.file(path)).labels() : path;
  }
}
