package io.penstock.bench.cold.child;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;

/** Plain Java over a mapping: FileChannel.map and a copy per record, one thread. */
final class ChannelMapReading implements ChildReading {
  private final Job job;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment mapping;
  private final MemorySegment order;

  ChannelMapReading(Job job) throws IOException {
    this.job = job;
    order = job.order(arena);
    try (FileChannel channel = FileChannel.open(job.file().path())) {
      mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    }
  }

  @Override
  public void run(TimedSink sink) {
    long recordBytes = job.file().recordBytes();
    MemorySegment batch = arena.allocate(job.batchSize() * recordBytes, 4096);
    for (long position = 0; position < job.listLength(); ) {
      int count = (int) Math.min(job.batchSize(), job.listLength() - position);
      for (int i = 0; i < count; i++) {
        MemorySegment.copy(
            mapping, job.offsetBytes(order, position + i), batch, i * recordBytes, recordBytes);
      }
      position += count;
      if (!sink.accept(batch, count)) {
        return;
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
