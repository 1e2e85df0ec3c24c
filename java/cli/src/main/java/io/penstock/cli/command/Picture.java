package io.penstock.cli.command;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A plot beside a report. It is drawn after the report was printed: results that took a while must
 * not be lost because a plot cannot be written.
 *
 * @param path of the file
 * @param isAsked whether the user asked for it; if not, a failure is a warning only
 */
public record Picture(Path path, boolean isAsked) {
  /** Writes the picture. */
  @FunctionalInterface
  public interface Plot {
    void write(Path path) throws IOException;
  }

  public void draw(Streams streams, Plot plot) {
    try {
      write(plot);
    } catch (PenstockException e) {
      if (isAsked) {
        throw e;
      }
      streams.say("no plot: " + e.getMessage());
    }
  }

  private void write(Plot plot) {
    try {
      LocalFiles.target(path); // Refuses devices, and FIFOs, which would wait for a reader.
      plot.write(path);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.WRITE_FAILED,
          path,
          "expected a place for the plot, found: %s: name another with --plot"
              .formatted(SystemReason.of(e)),
          e);
    }
  }
}
