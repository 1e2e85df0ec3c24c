package io.penstock.cli.info;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The histogram of sizes, compared with the sorted sizes themselves. */
final class SizeHistogramTest {
  private static SizeHistogram of(long... sizes) {
    SizeHistogram histogram = new SizeHistogram();
    Arrays.stream(sizes).forEach(histogram::add);
    return histogram;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 1000, 20_001})
  void figuresAreThoseOfTheSortedSizes(int count) {
    SplittableRandom random = new SplittableRandom(count);
    long[] sizes =
        LongStream.range(0, count)
            .map(_ -> random.nextLong(0, Long.MAX_VALUE) >>> random.nextInt(1, 63))
            .toArray();
    SizeHistogram histogram = of(sizes);
    Arrays.sort(sizes);
    assertThat(histogram.count()).isEqualTo(count);
    assertThat(histogram.least()).isEqualTo(sizes[0]);
    assertThat(histogram.most()).isEqualTo(sizes[count - 1]);
    double median = sizes[(count - 1) / 2];
    assertThat((double) histogram.median()).isCloseTo(median, within(median / 100));
    double mean = Arrays.stream(sizes).asDoubleStream().sum() / count;
    assertThat(histogram.mean()).isCloseTo(mean, within(mean / 1e9));
    long sum = 0;
    for (JsonElement bar : histogram.toJson()) {
      JsonObject range = bar.getAsJsonObject();
      long from = range.get("fromBytes").getAsLong();
      long below = range.get("belowBytes").getAsLong();
      long inside = Arrays.stream(sizes).filter(size -> size >= from && size < below).count();
      assertThat(range.get("records").getAsLong()).isEqualTo(inside);
      sum += inside;
    }
    assertThat(sum).isEqualTo(count);
  }

  @Test
  void smallMediansAreExact() {
    for (int size = 0; size < 256; size++) {
      assertThat(of(0, size, 300).median()).isEqualTo(size);
    }
  }

  @Test
  void barsGoFromTheFirstSizeToTheLast() {
    JsonArray bars = of(5, 7, 40, Long.MAX_VALUE).toJson();
    assertThat(bars).hasSize(61);
    assertThat(bars.get(0).toString())
        .isEqualTo("{\"fromBytes\":4,\"belowBytes\":8,\"records\":2}");
    assertThat(bars.get(1).getAsJsonObject().get("records").getAsLong()).isZero();
    assertThat(of().toJson()).isEmpty();
    assertThat(of().median()).isNull();
    assertThat(of().least()).isNull();
    assertThat(of().mean()).isNull();
  }

  @Test
  void theTableIsReadableOnEightyColumns() {
    long[] sizes = new long[130];
    Arrays.fill(sizes, 0, 10, 0);
    Arrays.fill(sizes, 10, 30, 1);
    Arrays.fill(sizes, 30, 129, 600);
    sizes[129] = 1 << 20;
    String table = of(sizes).toHuman();
    assertThat(table.lines())
        .hasSize(23)
        .allMatch(line -> line.length() <= 80)
        .contains(
            "      record bytes  records   share",
            "                 0       10   7.7 %  ####",
            "                 1       20  15.4 %  #######",
            "            2 to 3        0   0.0 %",
            "       512 to 1023       99  76.2 %  ##############################",
            "    1 MiB to 2 MiB        1   0.8 %  #");
    SizeHistogram huge = new SizeHistogram();
    huge.add(Long.MAX_VALUE);
    assertThat(huge.toHuman()).contains("4 EiB to 8 EiB");
  }
}
