package io.penstock.cli.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Where the demo's images come from: Fashion-MNIST as Debian packs it, or, where that is not to be
 * had, generated ones. What is loaded is loaded when it is asked for.
 */
public final class ImageSource {
  private static final String PACKAGE = "dataset-fashion-mnist";
  private static final Path DIRECTORY = Path.of("/usr/share/datasets/fashion-mnist");
  private static final int SIDE = 28;
  private static final int GENERATED_TRAINING = 60_000;
  private static final int GENERATED_TEST = 10_000;

  /** Installing 31 MB takes seconds; a machine without network may take this long to give up. */
  private static final long INSTALL_LIMIT_SECONDS = 180;

  private final Path directory;

  /** Where the files are; null: images are generated. */
  private ImageSource(Path directory) {
    this.directory = directory;
  }

  /**
   * Looks for Fashion-MNIST, and as root installs it if need be.
   *
   * @param talk told what is done, and why images are generated, if they are
   */
  public static ImageSource find(Consumer<String> talk) {
    if (isIn(DIRECTORY)) {
      return new ImageSource(DIRECTORY);
    }
    if (!isRoot() || !Files.isExecutable(Path.of("/usr/bin/apt-get"))) {
      talk.accept(
          ("Fashion-MNIST is not in %s, so the images are generated; for real ones: sudo apt-get"
                  + " install %s")
              .formatted(DIRECTORY, PACKAGE));
      return generated();
    }
    talk.accept("installing Fashion-MNIST (Debian package " + PACKAGE + ", 31 MB)");
    String problem = install();
    if (problem == null && isIn(DIRECTORY)) {
      return new ImageSource(DIRECTORY);
    }
    talk.accept(
        "%s could not be installed (%s), so the images are generated"
            .formatted(PACKAGE, problem == null ? "nothing in " + DIRECTORY : problem));
    return new ImageSource(null);
  }

  /** Images that are generated, wherever real ones are. */
  public static ImageSource generated() {
    return new ImageSource(null);
  }

  /** Whether the images are generated. */
  public boolean isGenerated() {
    return directory == null;
  }

  /** A name for directories and JSON. */
  public String name() {
    return isGenerated() ? "generated" : "fashion-mnist";
  }

  /** The images to learn from. */
  public ImageSet training() throws IOException {
    return isGenerated() ? GeneratedImages.make(GENERATED_TRAINING, 1) : load("train");
  }

  /** The images to be judged by; none of them is among those to learn from. */
  public ImageSet test() throws IOException {
    return isGenerated() ? GeneratedImages.make(GENERATED_TEST, 2) : load("t10k");
  }

  private ImageSet load(String part) throws IOException {
    return new ImageSet(
        IdxFile.read(images(directory, part), SIDE, SIDE), IdxFile.read(labels(directory, part)));
  }

  private static Path images(Path directory, String part) {
    return directory.resolve(part + "-images-idx3-ubyte.gz");
  }

  private static Path labels(Path directory, String part) {
    return directory.resolve(part + "-labels-idx1-ubyte.gz");
  }

  private static boolean isIn(Path directory) {
    return Stream.of("train", "t10k")
        .allMatch(
            part ->
                Files.isReadable(images(directory, part))
                    && Files.isReadable(labels(directory, part)));
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Returns what went wrong, or null. */
  private static String install() {
    String options = "-q -o DPkg::Lock::Timeout=60 -o Acquire::Retries=1";
    String install = "apt-get " + options + " install -y --no-install-recommends " + PACKAGE;
    // A fresh machine has no lists of packages yet, and another one may have old ones.
    String script = install + " || { apt-get " + options + " update && " + install + "; }";
    try {
      ProcessBuilder builder =
          new ProcessBuilder("sh", "-c", script)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD);
      builder.environment().put("DEBIAN_FRONTEND", "noninteractive");
      Process apt = builder.start();
      if (!apt.waitFor(INSTALL_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        apt.destroy();
        return "apt-get took more than " + INSTALL_LIMIT_SECONDS + " s";
      }
      return apt.exitValue() == 0 ? null : "apt-get ended with " + apt.exitValue();
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
