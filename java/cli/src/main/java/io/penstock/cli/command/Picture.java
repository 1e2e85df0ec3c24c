package io.penstock.cli.command;

import io.penstock.error.PenstockException;
import io.penstock.internal.file.LocalFiles;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A plot beside a report, drawn after it: what has taken a while to make must not be lost over a
 * picture.
 *
 * @param path where it goes
 * @param isAsked whether the user named it; otherwise a failure to write it is only reported
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
      LocalFiles.target(path); // Neither onto a device, nor waiting for the reader of a FIFO.
      plot.write(path);
    } catch (IOException e) {
      throw PenstockException.about(
          path,
          "expected a place for the plot, found: %s: name another with --plot"
              .formatted(SystemReason.of(e)),
          e);
    }
  }
}
