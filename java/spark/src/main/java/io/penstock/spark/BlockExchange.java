package io.penstock.spark;

import java.io.Serializable;
import java.util.Comparator;
import org.apache.spark.Partition;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.rdd.PartitionCoalescer;
import org.apache.spark.rdd.PartitionGroup;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import scala.Option;
import scala.Tuple2;
import scala.math.Ordering$;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/**
 * What Spark's shuffle does for shards: it brings the blocks of each shard to one task, those of
 * its first bucket first.
 *
 * <p>Each bucket is a partition of its own, and the task of a shard asks for one after another. So
 * nothing is sorted, and no more than a bucket has to be held. Where that would make very many
 * small pieces, a shard is one partition, and Spark sorts its blocks, which may spill.
 */
final class BlockExchange {
  private BlockExchange() {}

  /** The blocks of each shard, as one partition. */
  static JavaPairRDD<Integer, EntryBlock> byShard(
      JavaPairRDD<Integer, EntryBlock> blocks, ShardJob job) {
    ClassTag<Integer> number = ClassTag$.MODULE$.apply(Integer.class);
    ClassTag<EntryBlock> block = ClassTag$.MODULE$.apply(EntryBlock.class);
    int each = job.bucketsOfPartition(blocks.getNumPartitions());
    int partitions = job.buckets() / each;
    ShuffledRDD<Integer, EntryBlock, EntryBlock> shuffled =
        new ShuffledRDD<Integer, EntryBlock, EntryBlock>(
                blocks.rdd(),
                new BlockPartitioner(job.shards() * partitions, each),
                number,
                block,
                block)
            .setSerializer(new BlockSerializer());
    if (each > 1) {
      shuffled =
          shuffled.setKeyOrdering(
              Ordering$.MODULE$.comparatorToOrdering(Comparator.<Integer>naturalOrder()));
    }
    RDD<Tuple2<Integer, EntryBlock>> grouped =
        shuffled.coalesce(job.shards(), false, Option.apply(new OfShards()), null);
    return JavaPairRDD.fromRDD(grouped, number, block);
  }

  /** Puts the partitions of a shard together, in order. */
  private static final class OfShards implements PartitionCoalescer, Serializable {
    private static final long serialVersionUID = 1L;

    @Override
    public PartitionGroup[] coalesce(int shards, RDD<?> parent) {
      Partition[] all = parent.partitions();
      int each = all.length / shards;
      PartitionGroup[] groups = new PartitionGroup[shards];
      for (int shard = 0; shard < shards; shard++) {
        groups[shard] = new PartitionGroup(Option.empty());
        for (int i = 0; i < each; i++) {
          groups[shard].partitions().addOne(all[shard * each + i]);
        }
      }
      return groups;
    }
  }
}
