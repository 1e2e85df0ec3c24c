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
 * Where a command's output goes: data to stdout, talk and bars to stderr.
 *
 * <p>What it owns: both streams, and knowing what they lead to. Not System.out, which swallows
 * errors: a full disk behind stdout must fail the command, and a reader that left must end it.
 */
public final class Streams {
  /** To the start of the line, and all of it empty. */
  private static final String ERASE = "\r\u001b[K";

  private final WritableByteChannel out;
  private final boolean isOutPipe;
  private final PrintWriter err;
  private final boolean isErrTerminal;
  private final Interruption interruption = new Interruption(this);

  /** Whether the last word was said. */
  private boolean isSilent;

  /** Whether a bar is on the line where the cursor is. */
  private boolean isDrawn;

  /**
   * Streams of any kind, for tests.
   *
   * @param out takes data
   * @param isOutPipe whether a failed write means that the reader has gone
   * @param err takes talk
   * @param isErrTerminal whether bars may be drawn
   */
  public Streams(
      WritableByteChannel out, boolean isOutPipe, PrintWriter err, boolean isErrTerminal) {
    this.out = out;
    this.isOutPipe = isOutPipe;
    this.err = err;
    this.isErrTerminal = isErrTerminal;
  }

  /** Those of this process. */
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
   * Writes all remaining bytes to stdout. Bytes of a direct buffer go to the kernel as they are.
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
      // A pipe has no other way to fail, and the message of the error may be in any language.
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
   * Says something to the user, on stderr.
   *
   * @param line without a line end; control characters in it are made visible
   */
  public synchronized void say(String line) {
    if (!isSilent) {
      clear();
      err.println("penstock: " + OneLine.of(line));
    }
  }

  /** Says something, and nothing else after it: the process is ending. */
  synchronized void sayLast(String line) {
    // Before the line, a terminal may have printed ^C.
    isDrawn = isErrTerminal;
    say(line);
    isSilent = true;
  }

  /** Puts a bar, or nothing, on the line where the cursor is. */
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

  /** What is said when a signal comes. */
  public Interruption interruption() {
    return interruption;
  }

  /** Takes stack traces. */
  public PrintWriter err() {
    return err;
  }

  /** Whether bars may be drawn on stderr. */
  boolean isErrTerminal() {
    return isErrTerminal;
  }

  /** Java's own System.console() looks at stdin and stdout only. */
  private static boolean leadsTo(int descriptor, String... prefixes) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return Stream.of(prefixes).anyMatch(target::startsWith);
    } catch (IOException e) {
      // The descriptor was closed before we started, or there is no /proc.
      return false;
    }
  }
}
