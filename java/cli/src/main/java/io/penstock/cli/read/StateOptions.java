package io.penstock.cli.read;

import io.penstock.Dataset;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.LocalFiles;
import io.penstock.job.LoaderState;
import io.penstock.job.StateFile;
import io.penstock.sampler.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The state file of a run: where it resumes, and where it saves how far it has come. */
final class StateOptions {
  private static final long DEFAULT_EVERY = 1000;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "Resume from the state in FILE if it exists, and save there how far this run has come:"
              + " now and then, at the end, and on SIGINT (^C), SIGTERM and SIGHUP. A run that"
              + " resumes cuts the files of --out and --indices to where the state is, and"
              + " continues them. All ranks of a job resume from one state; if they ended at"
              + " different batches, from that of the rank that came least far. Default: none.")
  private Path file;

  @Option(
      names = "--state-every",
      paramLabel = "BATCHES",
      description = "With --state: batches between two saves. Default: " + DEFAULT_EVERY + ".")
  private Long every;

  /** A state and the lengths of the outputs. */
  record Saved(LoaderState state, OutputNote note) {}

  void check() {
    if (every != null && file == null) {
      throw new ParameterException(spec.commandLine(), "--state-every goes with --state");
    }
    if (every != null && every < 1) {
      throw new ParameterException(
          spec.commandLine(), "--state-every must be at least 1, was " + every);
    }
  }

  boolean isAsked() {
    return file != null;
  }

  Path file() {
    return file;
  }

  /** The state that was saved before; null if there is none. */
  Saved readOrNull() {
    if (file == null || Files.notExists(file)) {
      return null;
    }
    return new Saved(StateFile.read(file), OutputNote.parse(file, StateFile.readNote(file)));
  }

  /** Fails before anything is read if the state cannot be saved. */
  void checkWritable() {
    if (file == null) {
      return;
    }
    Path directory;
    try {
      directory = LocalFiles.target(file).getParent();
    } catch (IOException e) {
      directory = file.toAbsolutePath().getParent(); // Checked below.
    }
    String found =
        !Files.isDirectory(directory)
            ? "none: make it"
            : !Files.isWritable(directory) ? "one that must not be written: change its mode" : null;
    if (found != null) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          file,
          "expected a directory to save the state in, found %s, or name another file"
              .formatted(found));
    }
  }

  /** Whether to save after so many batches. */
  boolean isDue(long batches) {
    return file != null && batches % (every == null ? DEFAULT_EVERY : every) == 0;
  }

  /** Saves the state after everything was written to the outputs. */
  void save(LoaderState state, ReadOutputs outputs) throws IOException {
    if (file != null) {
      outputs.finish();
      StateFile.write(file, state, outputs.note().toString());
    }
  }

  /** Refuses a state of other data, or of another order. */
  void checkFits(Saved saved, Dataset dataset, Sampler order) {
    if (saved == null) {
      return;
    }
    try {
      dataset.checkState(saved.state(), order);
    } catch (PenstockException e) {
      throw PenstockException.about(e.kind(), file, e.getMessage(), e);
    }
  }

  /** Refuses a state of an epoch before the first one. */
  void checkEpochs(Saved saved, long firstEpoch) {
    if (saved != null && saved.state().epoch() < firstEpoch) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          file,
          ("expected a state of epoch %d, the --first-epoch, or later, found one of epoch %d: go on"
                  + " with the epochs it was saved in, or name another file")
              .formatted(firstEpoch, saved.state().epoch()));
    }
  }
}
