package io.penstock.cli.help;

import io.penstock.cli.command.Streams;
import java.io.IOException;
import java.io.Writer;

/** The stdout that picocli prints help and version to. */
public final class StreamsWriter extends Writer {
  private final Streams streams;

  public StreamsWriter(Streams streams) {
    this.streams = streams;
  }

  @Override
  public void write(char[] characters, int offset, int count) throws IOException {
    streams.print(UnbrokenHelp.plain(new String(characters, offset, count)));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
