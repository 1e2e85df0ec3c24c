package io.penstock.bench.cold.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;

/** Plain Java over a mapping: FileChannel.map and a copy per record, one thread. */
final class ChannelMapReading implements ChildReading {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment mapping;
  private final RecordList list;

  ChannelMapReading(Job job) throws IOException {
    list = job.list(arena);
    try (FileChannel channel = FileChannel.open(job.file().path())) {
      mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }

  @Override
  public void run(TimedSink sink) {
    MemorySegment batch = arena.allocate(list.mostBatchBytes(), 4096);
    MemorySegment offsets = list.allocateOffsets(arena);
    for (long number = 0; number < list.batchCount(); number++) {
      int count = list.batchSize(number);
      list.layOut(number, offsets);
      for (int i = 0; i < count; i++) {
        long position = list.position(number, i);
        MemorySegment.copy(
            mapping,
            list.fileOffset(position),
            batch,
            offsets.getAtIndex(ValueLayout.JAVA_LONG, i),
            list.bytes(position));
      }
      if (!sink.accept(batch, offsets, count)) {
        return;
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
