package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Python of this machine, where it has NumPy. */
public final class Python {
  private Python() {}

  /**
   * The first python3 of a PATH may be one that somebody installed for something else.
   *
   * @return null where there is none with NumPy
   */
  public static String withNumPy() throws IOException, InterruptedException {
    return with("numpy");
  }

  /**
   * The same with Pillow, too.
   *
   * @return null where there is none with NumPy and Pillow
   */
  public static String withPillow() throws IOException, InterruptedException {
    return with("numpy, PIL.Image");
  }

  private static String with(String modules) throws IOException, InterruptedException {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        if (new ProcessBuilder(python, "-c", "import " + modules).start().waitFor() == 0) {
          return python;
        }
      } catch (IOException e) {
        // No such program: the next one may be there.
      }
    }
    return null;
  }

  /**
   * Runs a script on a folder.
   *
   * @return what it printed
   */
  public static String run(String python, String script, Path... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(python, "-c", script));
    Stream.of(arguments).map(Path::toString).forEach(command::add);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
