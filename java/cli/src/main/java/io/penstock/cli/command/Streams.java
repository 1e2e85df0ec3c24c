package io.penstock.cli.command;

import io.penstock.cli.text.OneLine;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The output of a command: data to stdout, messages and progress bars to stderr.
 *
 * <p>It does not use System.out, which swallows errors: if the disk behind stdout is full the
 * command must fail, and if the reader has gone it must end.
 */
public final class Streams {
  /** Moves the cursor to the start of the line and clears the line. */
  private static final String ERASE = "\r\u001b[K";

  private final WritableByteChannel out;
  private final boolean isOutPipe;
  private final PrintWriter err;
  private final boolean isErrTerminal;
  private final Interruption interruption = new Interruption(this);

  /** Whether the last line was printed: nothing may follow. */
  private boolean isSilent;

  /** Whether there is a bar on the line of the cursor. */
  private boolean isDrawn;

  /**
   * Streams of any kind, for tests.
   *
   * @param out for data
   * @param isOutPipe whether a failed write means that the reader has gone
   * @param err for messages
   * @param isErrTerminal whether bars may be drawn
   */
  public Streams(
      WritableByteChannel out, boolean isOutPipe, PrintWriter err, boolean isErrTerminal) {
    this.out = out;
    this.isOutPipe = isOutPipe;
    this.err = err;
    this.isErrTerminal = isErrTerminal;
  }

  /** The streams of this process. */
  public static Streams ofProcess() {
    Charset errCharset = Charset.forName(System.getProperty("stderr.encoding", "UTF-8"));
    return new Streams(
        new FileOutputStream(FileDescriptor.out).getChannel(),
        leadsTo(1, "pipe:", "socket:"),
        new PrintWriter(
            new OutputStreamWriter(new FileOutputStream(FileDescriptor.err), errCharset), true),
        leadsTo(2, "/dev/pts/", "/dev/tty", "/dev/console")
            && !"dumb".equals(System.getenv("TERM")));
  }

  /**
   * Writes all remaining bytes to stdout. A direct buffer is not copied on its way to the kernel.
   *
   * @param bytes from its position to its limit
   * @throws IOException if they cannot be written; an {@link OutputClosedException} if that is
   *     because the reader of a pipe has gone
   */
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    } catch (IOException e) {
      // Writes to a pipe fail for no other reason; the message depends on the locale.
      throw isOutPipe
          ? new OutputClosedException(e)
          : new IOException(
              "writing to stdout failed: %s: see where it leads".formatted(e.getMessage()), e);
    }
  }

  /**
   * Writes text to stdout, in UTF-8.
   *
   * @param text with its line ends
   * @throws IOException as {@link #write}
   */
  public void print(String text) throws IOException {
    write(StandardCharsets.UTF_8.encode(text));
  }

  /**
   * Prints a message on stderr.
   *
   * @param line without a line end; control characters become visible
   */
  public synchronized void say(String line) {
    if (!isSilent) {
      clear();
      err.println("penstock: " + OneLine.of(line));
    }
  }

  /** Prints a message and nothing after it: the process is ending. */
  synchronized void sayLast(String line) {
    // The terminal may have printed ^C on this line.
    isDrawn = isErrTerminal;
    say(line);
    isSilent = true;
  }

  /** Draws a bar on the line of the cursor; an empty one clears the line. */
  synchronized void draw(String line) {
    if (!isSilent) {
      clear();
      err.print(line);
      err.flush();
      isDrawn = !line.isEmpty();
    }
  }

  private void clear() {
    if (isDrawn) {
      err.print(ERASE);
      err.flush();
      isDrawn = false;
    }
  }

  /** What happens on a signal. */
  public Interruption interruption() {
    return interruption;
  }

  /** For stack traces, and for reports if stdout is taken. */
  public PrintWriter err() {
    return err;
  }

  /** Whether bars may be drawn on stderr. */
  boolean isErrTerminal() {
    return isErrTerminal;
  }

  /** System.console() looks at stdin and stdout only. */
  private static boolean leadsTo(int descriptor, String... prefixes) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return Stream.of(prefixes).anyMatch(target::startsWith);
    } catch (IOException e) {
      // The descriptor was closed at the start, or there is no /proc.
      return false;
    }
  }
}
