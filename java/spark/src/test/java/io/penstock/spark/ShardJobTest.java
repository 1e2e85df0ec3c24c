package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a job divides its records. */
class ShardJobTest {
  private static final long RECORD_BYTES = 1000;
  private static final long SHARE_BYTES = 1L << 30;

  private static ShardJob job(long records, ShardOptions options, long shareBytes) {
    ColumnForm column = ColumnForm.of("x", ElementType.UINT8, Shape.of(RECORD_BYTES), false);
    return new ShardJob(
        List.of(column), records, RECORD_BYTES, true, options, shareBytes, Path.of("."), "token");
  }

  /** A job of so many bytes, and its parts, with the options' defaults for 16 cores. */
  private static int bucketsOfPartition(long bytes, int shards) {
    ShardOptions options = ShardOptions.DEFAULT.shards(shards);
    long records = bytes / RECORD_BYTES;
    ShardJob job = job(records, options, SHARE_BYTES);
    int parts = options.parts(bytes, records, 16, (long) job.shards() * job.buckets());
    return job.bucketsOfPartition(parts);
  }

  @Test
  void bucketsArePartitionsWherePiecesAreLarge() {
    ShardJob job = job(1000, ShardOptions.DEFAULT.shards(7).bucketBytes(64 << 10), SHARE_BYTES);
    assertThat(job.buckets()).isEqualTo(3);
    assertThat(job.bucketsOfPartition(20)).isEqualTo(1);
    assertThat(job.bucketsOfPartition(200)).isEqualTo(3);
    for (long bytes = 1 << 20; bytes <= 1L << 41; bytes *= 2) {
      assertThat(bucketsOfPartition(bytes, 100)).as("%d bytes", bytes).isEqualTo(1);
    }
  }

  @Test
  void aBucketIsHalfTheShareOfATaskAtMost() {
    ShardOptions options = ShardOptions.DEFAULT;
    assertThat(options.bucketBytesOf(1L << 40)).isEqualTo(64 << 20);
    assertThat(options.bucketBytesOf(50 << 20)).isEqualTo(25 << 20);
    assertThat(options.bucketBytesOf(1)).isEqualTo(64 << 10);
    assertThat(options.bucketBytes(100 << 20).bucketBytesOf(1)).isEqualTo(100 << 20);
  }

  @Test
  void tooManyBucketsAreRefused() {
    ShardOptions options = ShardOptions.DEFAULT.shards(100_000).bucketBytes(64 << 10);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> job(1_000_000_000_000L, options, SHARE_BYTES))
        .withMessageContaining("bucketBytes must make at most 16777216 buckets of all shards");
  }
}
