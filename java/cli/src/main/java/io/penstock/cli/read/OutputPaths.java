package io.penstock.cli.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Checks the outputs of {@code read}: opening one truncates it, so a typing error must not name a
 * file that is read.
 *
 * <p>Existing files are compared by identity, others by name.
 *
 * @param spec of the command, for messages
 * @param outputs the files to be written
 */
record OutputPaths(CommandSpec spec, List<Path> outputs) {
  private static final String RULE = ": --out, --indices and --state must name another file";

  /** Refuses one file for two outputs. */
  void checkDifferent() throws IOException {
    for (int i = 0; i < outputs.size(); i++) {
      if (isAmong(outputs.get(i), outputs.subList(0, i))) {
        throw usage(
            "--out, --indices and --state must be different files, was "
                + outputs.get(i)
                + " twice");
      }
    }
  }

  /** Refuses outputs among these files; what they are is said as "a file of the dataset". */
  void checkAreNone(Collection<Path> files, String what) throws IOException {
    for (Path output : outputs) {
      if (isAmong(output, files)) {
        throw usage(output + " is " + what + RULE);
      }
    }
  }

  /** Refuses outputs in folders whose files are records: they would become records. */
  void checkAreOutside(Collection<Path> folders) throws IOException {
    for (Path output : outputs) {
      for (Path folder : folders) {
        Path real = folder.toRealPath();
        Path place = output.toAbsolutePath().normalize();
        if (place.startsWith(folder.toAbsolutePath().normalize())
            || (Files.exists(output) && output.toRealPath().startsWith(real))
            || (Files.exists(place.getParent())
                && place.getParent().toRealPath().startsWith(real))) {
          throw usage(output + " lies in " + folder + ", whose files are records" + RULE);
        }
      }
    }
  }

  private static boolean isAmong(Path path, Collection<Path> others) throws IOException {
    Path absolute = path.toAbsolutePath().normalize();
    boolean exists = Files.exists(path);
    for (Path other : others) {
      if (absolute.equals(other.toAbsolutePath().normalize())
          || (exists && Files.exists(other) && Files.isSameFile(path, other))) {
        return true;
      }
    }
    return false;
  }

  /** The files among these names, without stdout and null. */
  static List<Path> of(String... names) {
    return Stream.of(names)
        .filter(name -> name != null && !name.equals(ReadOutputs.STDOUT))
        .map(Path::of)
        .toList();
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
