package io.penstock.internal.gather;

import io.penstock.internal.dataset.FolderFiles;
import io.penstock.internal.pure.ReadChannels;
import io.penstock.internal.slot.Slot;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.function.IntFunction;

/**
 * Carries out the requests of {@link ReadGroup}s with channels, on one thread.
 *
 * <p>To the board a request is a part of a file: here the file is the number of a group, and the
 * offset that of a request in it. What it owns: memory in which requests for several records land
 * first, and views of slots, made when a slot comes for the first time.
 */
final class GroupReader implements PartReader {
  private final IntFunction<ReadGroup> groups;
  private final ReadChannels channels;
  private final SmallFileChannels[] folders;
  private final FolderFiles.Reading[] readings;
  private final MemorySegment staging;
  private final ByteBuffer stagingBytes;
  private final IdentityHashMap<Slot, ByteBuffer> views = new IdentityHashMap<>();
  private long reads;
  private long copyNanos;

  /**
   * For one thread.
   *
   * @param groups by their numbers
   * @param channels to the files
   * @param folders by the numbers of their objects; null for files
   * @param stagingBytes size of a request for several records, at most
   * @param arena how long its memory lives
   */
  GroupReader(
      IntFunction<ReadGroup> groups,
      ReadChannels channels,
      FolderFiles[] folders,
      int stagingBytes,
      Arena arena) {
    this.groups = groups;
    this.channels = channels;
    this.folders = new SmallFileChannels[folders.length];
    this.readings = new FolderFiles.Reading[folders.length];
    for (int i = 0; i < folders.length; i++) {
      if (folders[i] != null) {
        this.folders[i] = new SmallFileChannels(folders[i].folder());
        this.readings[i] = folders[i].reading(this.folders[i]);
      }
    }
    this.staging = arena.allocate(stagingBytes, Long.BYTES);
    this.stagingBytes = staging.asByteBuffer();
  }

  @Override
  public long read(int group, long request, int lengthBytes, long address) {
    return groups.apply(group).carryOut((int) request, this);
  }

  @Override
  public long reads() {
    return reads;
  }

  @Override
  public long copyNanos() {
    return copyNanos;
  }

  /** Notes how long it took to bring what was read to its slots. */
  void copied(long nanos) {
    copyNanos += nanos;
  }

  /** Reads into the memory of a slot. */
  void read(int file, long offset, int bytes, Slot slot, long target) throws IOException {
    ByteBuffer view = view(slot, target, bytes);
    read(file, offset, view);
  }

  private ByteBuffer view(Slot slot, long target, int bytes) {
    MemorySegment memory = slot.memory();
    if (memory.byteSize() > Integer.MAX_VALUE) {
      return memory.asSlice(target, bytes).asByteBuffer();
    }
    ByteBuffer view = views.get(slot);
    if (view == null) {
      view = memory.asByteBuffer();
      views.put(slot, view);
    }
    return view.limit((int) target + bytes).position((int) target);
  }

  private void read(int file, long offset, ByteBuffer into) throws IOException {
    FolderFiles.Reading folder = file < readings.length ? readings[file] : null;
    if (folder == null) {
      reads++;
      channels.read(file, offset, into);
      return;
    }
    long before = folder.reads();
    int bytes = into.remaining();
    folders[file].into(into);
    long got = folder.read(offset, bytes, into.position());
    reads += folder.reads() - before;
    if (got != bytes) {
      throw new EOFException("a file of the folder cannot be read");
    }
  }

  /** Reads what is for several records. */
  void stage(int file, long offset, int bytes) throws IOException {
    read(file, offset, stagingBytes.limit(bytes).position(0));
  }

  /** Brings a part of what was read to its slot. */
  void unstage(long from, int bytes, Slot slot, long target) {
    MemorySegment.copy(staging, from, slot.memory(), target, bytes);
  }
}
