package io.penstock.cli;

import io.penstock.cli.command.Streams;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Runs the usual commands on small files and ends as {@link Main} does. The launcher starts it
 * once, in a JVM that writes what it has loaded and linked into an archive; later JVMs map that
 * archive instead of doing it again.
 *
 * <p>It prints nothing but the version. A command that fails is a failure of the rehearsal: an
 * archive of error messages would make nothing fast.
 */
public final class Rehearsal {
  private Rehearsal() {}

  /**
   * Runs the commands and exits.
   *
   * @param arguments an empty directory in which files may be made
   * @throws IOException if they cannot be made
   */
  public static void main(String[] arguments) throws IOException {
    run(Path.of(arguments[0]));
    Main.main(new String[] {"--version"});
  }

  /** Throws IllegalStateException if a command fails. */
  static void run(Path directory) throws IOException {
    Path array = directory.resolve("x.npy");
    Path folder = Files.createDirectories(directory.resolve("folder").resolve("class"));
    Path tar = directory.resolve("x.tar");
    for (int i = 0; i < 10; i++) {
      Files.write(folder.resolve(i + ".bin"), new byte[1000 + i]);
    }
    command("create", array, "--dtype", "float32", "--shape", "1000x28x28");
    command("convert", folder.getParent(), tar);
    // Twice: the first time makes the index.
    for (int i = 0; i < 2; i++) {
      command("info", tar);
      command("info", array, "--json");
    }
    command("info", array);
    command("order", array, "--plot", directory.resolve("order.png"));
    command("read", array, "--json", "--digest", "--epochs", "2");
    command("read", array, "--shuffle", "block", "--out", directory.resolve("out"));
    command("checksum", array);
    command("verify", array);
    command("completion");
    command("help");
    command("read", "--help");
    command("--help");
  }

  private static void command(Object... words) {
    String[] arguments = new String[words.length];
    for (int i = 0; i < words.length; i++) {
      arguments[i] = words[i].toString();
    }
    StringWriter err = new StringWriter();
    Streams streams =
        new Streams(
            Channels.newChannel(OutputStream.nullOutputStream()),
            false,
            new PrintWriter(err, true),
            false);
    int code = Main.run(streams, arguments);
    if (code != 0) {
      throw new IllegalStateException(
          "expected exit code 0 of %s, found %d: %s".formatted(List.of(arguments), code, err));
    }
  }
}
