package io.penstock.bench.cold;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a run of the harness owns in the scratch folder: the files of one cell at a time, so that
 * the whole takes little more room than these, and a folder for the time of the run. They are
 * deleted at the end, also when the user has had enough; files stay if the user wants to keep them.
 */
final class Scratch implements AutoCloseable {
  private final Settings settings;
  private final PrintStream talk;
  private final Device device;
  private final Path folder;
  private final Thread hook;
  private volatile CellFiles files;

  Scratch(Settings settings, PrintStream talk) throws IOException {
    this.settings = settings;
    this.talk = talk;
    Files.createDirectories(settings.scratch());
    ControlGroups.removeLeftovers();
    device = Device.of(settings.scratch());
    folder = Files.createTempDirectory(settings.scratch(), "run");
    hook = new Thread(this::abort);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** The device that it lies on. */
  Device device() {
    return device;
  }

  /** For the time of the run. */
  Path folder() {
    return folder;
  }

  /** Other files are next: those before are deleted, unless they are the same. */
  void use(CellFiles next) throws IOException {
    if (files != null && !files.records().path().equals(next.records().path())) {
      deleteFiles();
    }
    files = next;
  }

  @Override
  public void close() throws IOException {
    Runtime.getRuntime().removeShutdownHook(hook);
    deleteAll();
  }

  /** No process stays, and no file of gigabytes. */
  private void abort() {
    ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    try {
      deleteAll();
    } catch (IOException e) {
      talk.println("files are left in " + settings.scratch() + ": " + e.getMessage());
    }
  }

  private void deleteAll() throws IOException {
    try (var own = Files.list(folder)) {
      for (Path file : own.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
    deleteFiles();
  }

  private void deleteFiles() throws IOException {
    if (files != null && !settings.isKeeping()) {
      files.delete();
    }
  }
}
