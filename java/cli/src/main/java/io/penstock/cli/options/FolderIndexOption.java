package io.penstock.cli.options;

import io.penstock.format.Source;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.folder.FolderScan;
import io.penstock.internal.format.known.ShardFolders;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Which files of a folder are records, and where the index of the folder is kept. */
public final class FolderIndexOption {
  @Option(
      names = "--folder-index",
      paramLabel = "FILE",
      description =
          "Where to keep the index of the folder among the paths, of which there must be exactly"
              + " one; created if it does not exist. Default: FOLDER.penstock-index, beside the"
              + " folder.")
  private Path file;

  @Mixin private PatternOption pattern;

  /** Refuses the options if it is not clear which folder they are about. */
  public void check(CommandSpec spec, Stream<Path> paths) {
    if (file == null && pattern.isDefault()) {
      return;
    }
    FolderScan.checkPattern(pattern());
    List<Path> folders =
        paths
            .map(Source::parse)
            .filter(
                source ->
                    (source.partName().isEmpty() && ShardFolders.isOfRecords(source.file()))
                        || FolderIndex.folderOfLabels(source).isPresent())
            .map(source -> source.file().toAbsolutePath().normalize())
            .distinct()
            .toList();
    if (folders.isEmpty() && !pattern.isDefault()) {
      throw new ParameterException(
          spec.commandLine(), "--pattern must come with a folder, was with none");
    }
    if (file != null && folders.size() != 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--folder-index must come with one folder, was with "
              + (folders.isEmpty() ? "none" : folders));
    }
  }

  /** The pattern of the files that are records. */
  String pattern() {
    return pattern.text();
  }

  /** The path of the index of a folder. */
  Path file(Path folder) {
    return file == null ? FolderIndex.defaultFile(folder) : file;
  }

  /** Opens the index of a folder; makes it if there is none. */
  public FolderIndex open(Path folder) {
    return FolderIndex.open(folder, pattern(), file(folder));
  }

  /** What a path means: of labels, those in the index of the folder. */
  public Source source(Path path) {
    return place(Source.parse(path));
  }

  /** Of labels, those in the index of the folder; any other source unchanged. */
  public Source place(Source source) {
    return FolderIndex.folderOfLabels(source).map(folder -> open(folder).labels()).orElse(source);
  }
}
