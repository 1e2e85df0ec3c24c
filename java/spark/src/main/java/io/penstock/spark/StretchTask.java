package io.penstock.spark;

import io.penstock.error.PenstockException;
import java.util.Collections;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.util.TaskCompletionListener;
import scala.Tuple2;

/** Reads a stretch of the data, and sends its records on in blocks. */
final class StretchTask
    implements PairFlatMapFunction<Iterator<RecordStretch>, Integer, EntryBlock> {
  private static final long serialVersionUID = 1L;

  private final ShardJob job;
  private final SourceLook look;

  StretchTask(ShardJob job, SourceLook look) {
    this.job = job;
    this.look = look;
  }

  @Override
  public Iterator<Tuple2<Integer, EntryBlock>> call(Iterator<RecordStretch> stretches) {
    try {
      job.place(); // An executor that does not see it fails before it has read anything.
      RecordStretch stretch = stretches.next();
      if (stretch.from() == stretch.to()) {
        return Collections.emptyIterator();
      }
      StretchRecords records = StretchRecords.open(look, stretch, false);
      TaskContext.get().addTaskCompletionListener((TaskCompletionListener) _ -> records.close());
      StretchFeed feed = new StretchFeed(records);
      return new EntryBlocks(job, blocks -> read(feed, blocks));
    } catch (PenstockException e) {
      throw ExecutorName.on(e);
    }
  }

  private static boolean read(StretchFeed feed, EntryBlocks blocks) {
    try {
      return feed.addTo(blocks);
    } catch (PenstockException e) {
      throw ExecutorName.on(e);
    }
  }
}
