package io.penstock.write;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import io.penstock.internal.file.DirectChannel;
import io.penstock.internal.partial.PartialFile;
import io.penstock.internal.partial.WriteFailures;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@code .npy} of any size, in bounded memory and at the speed of the device.
 *
 * <p>Records are appended, or written anywhere in any order by several threads. Neither fills the
 * page cache if the file system has direct writes; if it has not, as tmpfs, {@link #isDirect} is
 * false, and written pages stay in the cache until the system drops them. The data starts at byte
 * 4096. The file has another name until {@link #commit}: a process that is killed leaves no half
 * file under its own.
 *
 * <p>A failure of the device is thrown by the call that finds it or by a later one, at the latest
 * by {@link #commit}; {@link #close} then deletes the file. An interrupt of a thread that waits in
 * {@link #append} or {@link #write} is such a failure, since its records are not written; it does
 * not end {@link #finish}, {@link #commit} or {@link #close}.
 */
public final class NpyWriter implements AutoCloseable {
  private final Path target;
  private final NpyHeader header;
  private final long recordCount;
  private final @Nullable PartialProgress progress;
  private final PartialFile file;
  private final FileChannel channel;
  private final boolean isDirect;
  private final BlockWriter blocks;
  private final BlockStream appended;
  private final long checkpointBytes;

  /** Held for reading while records are accepted, and for writing to stop accepting them. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  private long appendedRecords;
  private long savedRecords;
  private boolean isAppending;
  private volatile boolean isWriting;
  private boolean isFinished;
  private boolean isOpen = true;

  NpyWriter(NpyWriterBuilder builder) {
    this.target = builder.target;
    this.header =
        NpyHeader.of(builder.elementType, builder.fields, builder.recordShape, builder.field);
    this.recordCount = builder.recordCount;
    this.checkpointBytes = builder.checkpointBytes;
    this.progress =
        builder.job == null
            ? null
            : new PartialProgress(
                "%s %s %d %s"
                    .formatted(
                        header.descr(), builder.recordShape.toList(), recordCount, builder.job));
    long bytes = recordCount == NpyWriterBuilder.UNKNOWN ? 0 : header.fileBytes(recordCount);
    this.file =
        PartialFile.create(
            target,
            builder.mayReplace,
            bytes,
            progress == null ? null : partial -> progress.read(partial).isPresent());
    try {
      FileChannel direct =
          DirectChannel.openOrNull(
              file.path(),
              BlockWriter.FILE_BLOCK_BYTES,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      this.isDirect = direct != null;
      if (isDirect) {
        file.own(direct);
      }
      this.channel = isDirect ? direct : file.channelOfOwnThreads();
      this.appendedRecords = adopted();
      this.savedRecords = appendedRecords;
      this.blocks = new BlockWriter(target, channel, isDirect, builder.memoryBytes);
      this.appended = blocks.stream(offset(appendedRecords));
    } catch (IOException e) {
      file.close();
      throw WriteFailures.about(target, e);
    } catch (RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Starts a file.
   *
   * @param target name of the file; its directory must be there
   * @param elementType type of the elements, in which callers pass them
   * @param recordShape sizes of all axes but the first; none for one element per record
   * @return a builder with defaults
   */
  public static NpyWriterBuilder builder(
      Path target, ElementType elementType, long... recordShape) {
    return builder(target, elementType, Shape.of(recordShape));
  }

  /**
   * Starts a file of records of a shape, such as that of a column.
   *
   * @param target name of the file; its directory must be there
   * @param elementType type of the elements, in which callers pass them
   * @param recordShape sizes of all axes but the first
   * @return a builder with defaults
   */
  public static NpyWriterBuilder builder(Path target, ElementType elementType, Shape recordShape) {
    return new NpyWriterBuilder(target, elementType, recordShape);
  }

  private long adopted() throws IOException {
    if (progress == null || !file.isAdopted()) {
      return 0;
    }
    OptionalLong records = progress.read(file.channel());
    return records.orElseThrow(() -> new IllegalStateException("read before, and now not"));
  }

  private long offset(long record) {
    return header.dataOffset() + record * header.strideBytes();
  }

  /**
   * Size of a record as callers pass it, without padding.
   *
   * @return in bytes, at least 1
   */
  public long recordBytes() {
    return header.recordBytes();
  }

  /**
   * Whether writes go past the page cache.
   *
   * @return false on file systems without direct writes
   */
  public boolean isDirect() {
    return isDirect;
  }

  /**
   * How many records were appended, including those of a process that this one continues.
   *
   * @return at least 0
   */
  public synchronized long appendedRecords() {
    return appendedRecords;
  }

  /**
   * Appends records. They are copied before the call returns, and written later. Concurrent calls
   * append in some order.
   *
   * @param records whole records, one after another, as they are to be stored; on or off the heap
   * @throws IllegalArgumentException if they are not whole records, or more than were announced
   * @throws PenstockException if these or earlier records could not be written
   */
  public void append(MemorySegment records) {
    long count = count(records);
    lock.readLock().lock();
    try {
      checkUnfinished();
      synchronized (this) {
        checkRange(appendedRecords, count);
        isAppending = true;
        put(appended, records, count);
        appendedRecords += count;
        if (progress != null
            && (appendedRecords - savedRecords) * header.strideBytes() >= checkpointBytes) {
          save(progress);
        }
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Writes records at their place, and waits until the system has them. Several threads may call it
   * at a time; large ranges are faster than small ones. If two threads write a record at the same
   * time, either may win. Records that are never written are zeros.
   *
   * @param firstRecord index of the first
   * @param records whole records, one after another, as they are to be stored; on or off the heap
   * @throws IllegalStateException if the number of records was not set
   * @throws IllegalArgumentException if they are not whole records, or out of range
   * @throws PenstockException if these or earlier records could not be written
   */
  public void write(long firstRecord, MemorySegment records) {
    if (recordCount == NpyWriterBuilder.UNKNOWN) {
      throw new IllegalStateException(
          "records can be written anywhere only where recordCount is set");
    }
    long count = count(records);
    lock.readLock().lock();
    try {
      checkUnfinished();
      checkRange(firstRecord, count);
      isWriting = true;
      BlockStream stream = blocks.stream(offset(firstRecord));
      put(stream, records, count);
      stream.flush();
    } finally {
      lock.readLock().unlock();
    }
  }

  private long count(MemorySegment records) {
    if (records.byteSize() % header.recordBytes() != 0) {
      throw new IllegalArgumentException(
          "records must be a multiple of %d bytes, were %d"
              .formatted(header.recordBytes(), records.byteSize()));
    }
    return records.byteSize() / header.recordBytes();
  }

  private void checkRange(long first, long count) {
    if (recordCount != NpyWriterBuilder.UNKNOWN && (first < 0 || count > recordCount - first)) {
      throw new IllegalArgumentException(
          "records must be of 0 to %d, were %d from %d on: %s"
              .formatted(recordCount - 1, count, first, target));
    }
  }

  private void checkOpen() {
    if (!isOpen) {
      throw new IllegalStateException("the writer is closed: " + target);
    }
  }

  private void checkUnfinished() {
    checkOpen();
    if (isFinished) {
      throw new IllegalStateException("the file is finished: " + target);
    }
  }

  private void put(BlockStream stream, MemorySegment records, long count) {
    if (header.strideBytes() == header.recordBytes()) {
      stream.put(records, 0, records.byteSize());
      return;
    }
    for (long i = 0; i < count; i++) {
      stream.put(records, i * header.recordBytes(), header.recordBytes());
      stream.putZeros(header.strideBytes() - header.recordBytes());
    }
  }

  /** Forces the records to the disk, and only then says so in the file. */
  private void save(PartialProgress reached) {
    appended.flush();
    try {
      file.channel().force(false);
      writeFirstPage(reached.page(appendedRecords));
      file.channel().force(false);
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    }
    savedRecords = appendedRecords;
  }

  /** Through the same channel as the data: two views of one file would have to be kept in step. */
  private void writeFirstPage(byte[] page) {
    BlockStream stream = blocks.stream(0);
    stream.put(MemorySegment.ofArray(page), 0, page.length);
    stream.flush();
  }

  /**
   * Completes the file under its temporary name and forces it to the disk; ends the threads and
   * gives the memory back. Only the name is left for {@link #commit}, so that several files that
   * belong together can get theirs when all are complete. A second call does nothing. An interrupt
   * makes no difference: nothing that was appended is lost.
   *
   * @throws IllegalStateException if fewer records were appended than were to come
   * @throws PenstockException if that fails, or any record before could not be written
   */
  public void finish() {
    lock.writeLock().lock();
    try {
      checkOpen();
      if (isFinished) {
        return;
      }
      long count = recordCount == NpyWriterBuilder.UNKNOWN ? appendedRecords : recordCount;
      if (isAppending && !isWriting && appendedRecords < count) {
        throw new IllegalStateException(
            "%d records must be appended, were %d: %s".formatted(count, appendedRecords, target));
      }
      blocks.ignoreInterrupts();
      appended.flush();
      writeFirstPage(header.page(count));
      setLength(header.fileBytes(count));
      file.channel().force(true);
      blocks.close();
      isFinished = true;
    } catch (IOException e) {
      throw WriteFailures.about(target, e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Completes the file and gives it its name, in one step: before it there is the old file or none,
   * and after it the complete new one, forced to the disk. This closes the writer.
   *
   * @throws IllegalStateException if fewer records were appended than were to come
   * @throws PenstockException if that fails, or any record before could not be written; then the
   *     old file is as it was
   */
  public void commit() {
    finish();
    lock.writeLock().lock();
    try {
      checkOpen();
      isOpen = false;
      try {
        file.commit();
      } finally {
        file.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /** The last page may be too long, and records that were never written may lie beyond the end. */
  private void setLength(long bytes) throws IOException {
    FileChannel own = file.channel();
    if (own.size() < bytes) {
      own.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
    }
    own.truncate(bytes);
  }

  /**
   * Deletes the file unless it was committed, and ends the threads. Waits for calls of other
   * threads that are under way. Idempotent.
   */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!isOpen) {
        return;
      }
      isOpen = false;
      try {
        if (!isFinished) {
          blocks.close();
        }
      } finally {
        file.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
