package io.penstock.internal.file;

import io.penstock.internal.os.SystemReason;
import io.penstock.internal.wait.Uninterrupted;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A file channel that an interrupt does not close: for all files that are read or written on a
 * thread of the user.
 *
 * <p>A channel of the JDK closes itself when a thread that uses it is interrupted, for every other
 * user of it and for good. This one stands on a {@link RandomAccessFile}, whose calls are deaf to
 * interrupts; the flag of the thread stays set. Each call copies through the heap and takes a lock,
 * so it is not for the data of batches: the loader's own threads, which are never interrupted, use
 * channels of the JDK.
 */
public final class SteadyChannel extends FileChannel {
  /** The size of one copy: what the JDK copies through its stack. */
  private static final int COPY_BYTES = 8 << 10;

  static {
    // Once no more files can be opened, the class that would report it could not be loaded any
    // more.
    SystemReason.load();
  }

  private final RandomAccessFile file;
  private final boolean isWritable;

  /** Guarded by the file; that of the system moves with each call. */
  private long position;

  private SteadyChannel(RandomAccessFile file, boolean isWritable) {
    this.file = file;
    this.isWritable = isWritable;
  }

  /**
   * Opens an existing file for reading.
   *
   * @param path of the file; it must not be a FIFO, whose opening waits
   * @return the channel, to be closed by the caller
   * @throws IOException if it cannot be opened, of the same kinds as {@link FileChannel#open}
   */
  public static FileChannel forReading(Path path) throws IOException {
    return open(path, false);
  }

  /**
   * Opens an existing file for reading and writing.
   *
   * @param path of the file
   * @return the channel, to be closed by the caller
   * @throws IOException as {@link #forReading}
   */
  public static SteadyChannel forWriting(Path path) throws IOException {
    if (open(path, true) instanceof SteadyChannel channel) {
      return channel;
    }
    throw new IOException("the file's name cannot be written in this locale");
  }

  private static FileChannel open(Path path, boolean isWritable) throws IOException {
    try {
      if (!isText(path)) {
        return channelOfJdk(path, isWritable);
      }
      return new SteadyChannel(
          new RandomAccessFile(path.toFile(), isWritable ? "rw" : "r"), isWritable);
    } catch (FileNotFoundException e) {
      // RandomAccessFile gives the reason as text only; the JDK's channel has an exception for
      // each.
      channelOfJdk(path, isWritable).close();
      throw e;
    }
  }

  /** A name with bytes that the locale does not have is lost on its way through File. */
  private static boolean isText(Path path) {
    try {
      return path.toFile().toPath().equals(path);
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static FileChannel channelOfJdk(Path path, boolean isWritable) throws IOException {
    return isWritable
        ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
        : FileChannel.open(path, StandardOpenOption.READ);
  }

  /**
   * The JDK's channel for the same open file, for locks and for threads that are never interrupted.
   *
   * @return a channel that an interrupt closes, and this with it
   */
  public FileChannel interruptible() {
    return file.getChannel();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    synchronized (file) {
      int count = read(target, position);
      position += Math.max(0, count);
      return count;
    }
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    checkPosition(position);
    synchronized (file) {
      checkOpen();
      file.seek(position);
      return readHere(target);
    }
  }

  private int readHere(ByteBuffer target) throws IOException {
    if (!target.hasRemaining()) {
      return 0;
    }
    if (target.hasArray()) {
      int count =
          file.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
      target.position(target.position() + Math.max(0, count));
      return count;
    }
    byte[] copy = new byte[Math.min(COPY_BYTES, target.remaining())];
    int sum = 0;
    while (target.hasRemaining()) {
      int wanted = Math.min(copy.length, target.remaining());
      int count = file.read(copy, 0, wanted);
      if (count < 0) {
        return sum == 0 ? -1 : sum;
      }
      target.put(copy, 0, count);
      sum += count;
      if (count < wanted) {
        break;
      }
    }
    return sum;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    synchronized (file) {
      int count = write(source, position);
      position += count;
      return count;
    }
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    checkPosition(position);
    synchronized (file) {
      checkWritable();
      file.seek(position);
      return writeHere(source);
    }
  }

  private int writeHere(ByteBuffer source) throws IOException {
    int count = source.remaining();
    byte[] copy = new byte[Math.min(COPY_BYTES, count)];
    while (source.hasRemaining()) {
      int bytes = Math.min(copy.length, source.remaining());
      source.get(copy, 0, bytes);
      file.write(copy, 0, bytes);
    }
    return count;
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, targets.length);
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      int count = read(targets[i]);
      if (count < 0) {
        return sum == 0 ? -1 : sum;
      }
      sum += count;
      if (targets[i].hasRemaining()) {
        break;
      }
    }
    return sum;
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, sources.length);
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      sum += write(sources[i]);
    }
    return sum;
  }

  @Override
  public long position() throws IOException {
    synchronized (file) {
      checkOpen();
      return position;
    }
  }

  @Override
  public FileChannel position(long position) throws IOException {
    checkPosition(position);
    synchronized (file) {
      checkOpen();
      this.position = position;
      return this;
    }
  }

  @Override
  public long size() throws IOException {
    synchronized (file) {
      checkOpen();
      return file.length();
    }
  }

  @Override
  public FileChannel truncate(long size) throws IOException {
    checkPosition(size);
    synchronized (file) {
      checkWritable();
      if (size < file.length()) {
        file.setLength(size);
      }
      position = Math.min(position, size);
      return this;
    }
  }

  /**
   * On a thread that is never interrupted. {@link java.io.FileDescriptor#sync} is deaf to
   * interrupts, too, but keeps to itself what the device said: a full disk often says so only here.
   */
  @Override
  public void force(boolean hasMetadata) throws IOException {
    checkOpen();
    FutureTask<Boolean> forcing =
        new FutureTask<>(
            () -> {
              file.getChannel().force(hasMetadata);
              return true;
            });
    try {
      Thread.ofPlatform().daemon().name("penstock-force").start(forcing);
    } catch (OutOfMemoryError e) {
      file.getFD().sync(); // No more threads: then without the reason, should it fail.
      return;
    }
    await(forcing);
  }

  private static void await(FutureTask<Boolean> forcing) throws IOException {
    try {
      Uninterrupted.await(forcing::get);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failure) {
        throw failure;
      }
      throw new IOException(e.getCause());
    }
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException("read and write instead");
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException("read and write instead");
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException("map a channel of the JDK");
  }

  @Override
  public FileLock lock(long position, long size, boolean isShared) {
    throw new UnsupportedOperationException("a lock that is waited for can be interrupted: try it");
  }

  @Override
  public FileLock tryLock(long position, long size, boolean isShared) throws IOException {
    return file.getChannel().tryLock(position, size, isShared);
  }

  private static void checkPosition(long position) {
    if (position < 0) {
      throw new IllegalArgumentException("position must be at least 0, was " + position);
    }
  }

  private void checkWritable() throws IOException {
    checkOpen();
    if (!isWritable) {
      throw new NonWritableChannelException();
    }
  }

  private void checkOpen() throws IOException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  protected void implCloseChannel() throws IOException {
    file.close();
  }
}
