package io.penstock.parquet;

import io.penstock.cli.Main;
import io.penstock.cli.command.Streams;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.channels.Channels;
import java.util.stream.Stream;

/**
 * How a run of the command line ended.
 *
 * @param code its exit code
 * @param err what it printed on stderr
 */
record CommandRun(int code, String err) {
  static CommandRun of(Object... arguments) {
    StringWriter err = new StringWriter();
    Streams streams =
        new Streams(
            Channels.newChannel(new ByteArrayOutputStream()),
            true,
            new PrintWriter(err, true),
            false);
    String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    return new CommandRun(Main.run(streams, words), err.toString());
  }
}
