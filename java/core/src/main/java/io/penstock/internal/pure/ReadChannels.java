package io.penstock.internal.pure;

import io.penstock.error.PenstockException;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Channels to the files of a dataset, for reads at any place by several threads.
 *
 * <p>What it owns: the channels. Only threads of ours may read, as an interrupt closes a channel
 * for all; if one comes nevertheless, from code of a user that runs on such a thread, the file is
 * opened again. Nothing is allocated per read.
 */
public final class ReadChannels implements AutoCloseable {
  private final OpenFiles files;
  private AtomicReferenceArray<FileChannel> channels = new AtomicReferenceArray<>(0);
  private volatile boolean isClosed;

  /** Opens nothing yet. */
  public ReadChannels(OpenFiles files) {
    this.files = files;
  }

  /**
   * Opens all files.
   *
   * @throws PenstockException if one cannot be opened, or is not what it was
   */
  public void open() {
    for (int i = 0; i < files.fileCount(); i++) {
      try {
        channel(i);
      } catch (IOException e) {
        FileFacts facts = files.file(i);
        throw PenstockException.builder(
                ErrorKinds.of(e),
                "%s: expected a readable regular file, found: %s"
                    .formatted(facts.path(), SystemReason.withAdvice(e)))
            .path(facts.path())
            .statusName(FileStatus.statusName(e))
            .cause(e)
            .build();
      }
    }
  }

  private FileChannel channel(int file) throws IOException {
    AtomicReferenceArray<FileChannel> known = channels;
    FileChannel channel = file < known.length() ? known.get(file) : null;
    return channel != null && channel.isOpen() ? channel : opened(file);
  }

  private synchronized FileChannel opened(int file) throws IOException {
    if (isClosed) {
      throw new ClosedChannelException();
    }
    if (channels.length() < files.fileCount()) {
      AtomicReferenceArray<FileChannel> more = new AtomicReferenceArray<>(files.fileCount());
      for (int i = 0; i < channels.length(); i++) {
        more.set(i, channels.get(i));
      }
      channels = more;
    }
    FileChannel channel = channels.get(file);
    if (channel == null || !channel.isOpen()) {
      FileFacts facts = files.file(file);
      channel = FileChannel.open(facts.path(), StandardOpenOption.READ);
      channels.set(file, channel);
      FileStatus.check(facts);
    }
    return channel;
  }

  /**
   * Reads until the buffer is full.
   *
   * @param file number of the file
   * @param offsetBytes where to begin in it
   * @param into filled from its position to its limit
   * @throws EOFException if the file ends before
   * @throws IOException if it cannot be read
   */
  public void read(int file, long offsetBytes, ByteBuffer into) throws IOException {
    int start = into.position();
    while (into.hasRemaining()) {
      int count;
      try {
        count = channel(file).read(into, offsetBytes + into.position() - start);
      } catch (ClosedChannelException e) {
        if (isClosed) {
          throw e;
        }
        boolean _ = Thread.interrupted(); // Or every channel that this thread opens closes at once.
        continue;
      }
      if (count < 0) {
        throw new EOFException("the file ends before");
      }
    }
  }

  /**
   * How large a file is now.
   *
   * @param file number of the file
   * @return in bytes; -1 if that cannot be told
   */
  long sizeBytes(int file) {
    while (true) {
      try {
        return channel(file).size();
      } catch (ClosedChannelException e) {
        if (isClosed) {
          return -1;
        }
        boolean _ = Thread.interrupted(); // As above.
      } catch (IOException e) {
        return -1;
      }
    }
  }

  /** Closes all. Idempotent; reads that are going on fail. */
  @Override
  public synchronized void close() {
    isClosed = true;
    for (int i = 0; i < channels.length(); i++) {
      FileChannel channel = channels.get(i);
      try {
        if (channel != null) {
          channel.close();
        }
      } catch (IOException e) {
        // Nothing was written, so nothing is lost.
      }
    }
  }
}
