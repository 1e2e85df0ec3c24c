package io.penstock.bench.ranks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.job.LoaderState;
import io.penstock.job.RankBy;
import io.penstock.sampler.FullShuffle;
import io.penstock.sampler.Sampler;
import io.penstock.write.ShardLayout;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulation of large jobs, with small ones: what it finds, and that it finds faults. */
class RankSimulationTest {
  private static final long RECORDS = 100_003;

  @TempDir Path directory;

  private static RankedJob job(Sampler order, int group) {
    return new RankedJob(order, 20, 7, RankBy.placeInGroups(group));
  }

  @Test
  void theReportHasAllTables() throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status =
        Main.run(
            new PrintStream(err, true, StandardCharsets.UTF_8),
            "--records=" + RECORDS,
            "--ranks=100",
            "--batch=7",
            "--rank-group=1,8",
            "--steps=4",
            "--samples=5",
            "--shards=10",
            "--parts=4",
            "--seconds=0.001",
            "--report=" + directory);
    assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
    JsonObject json =
        JsonParser.parseString(Files.readString(directory.resolve("results.json")))
            .getAsJsonObject();
    JsonArray balance = json.getAsJsonArray("balance");
    assertThat(balance).hasSize(2);
    for (var row : balance) {
      // 142 steps of 700 records, and one of 603.
      assertThat(row.getAsJsonObject().get("least").getAsLong()).isEqualTo(142 * 7 + 6);
      assertThat(row.getAsJsonObject().get("most").getAsLong()).isEqualTo(142 * 7 + 7);
    }
    JsonObject exact = json.getAsJsonArray("exactness").get(1).getAsJsonObject();
    assertThat(exact.get("way").getAsString()).isEqualTo("by place, groups of 8");
    assertThat(exact.get("records in them").getAsLong()).isEqualTo(3 * 700 + 603);
    assertThat(exact.get("ranks asked").getAsLong()).isBetween(20L, 40L);
    JsonArray states = json.getAsJsonArray("states");
    assertThat(states.get(0).getAsJsonObject().get("ranges").getAsInt()).isEqualTo(1);
    assertThat(states.get(2).getAsJsonObject().get("ranges").getAsInt()).isEqualTo(100);
    JsonObject sent = json.getAsJsonArray("traffic").get(0).getAsJsonObject();
    assertThat(sent.get("with its place").getAsInt()).isEqualTo(788);
    assertThat(sent.get("shards met").getAsInt()).isEqualTo(10);
    assertThat(Files.readString(directory.resolve("REPORT.md")))
        .contains("# Very large jobs", "| by place, groups of 8 | ", "## Cost");
  }

  @Test
  void stretchesByPlaceAreAboutOnePart() {
    RankedJob wide = new RankedJob(new FullShuffle(RECORDS, 7), 20, 400, RankBy.placeInGroups(4));
    assertThat(RankStretch.mean(wide, 10, 1)).isBetween(1.0, 1.3);
    assertThat(RankStretch.mean(job(new FullShuffle(RECORDS, 7), 4), 10, 1)).isGreaterThan(1.5);
  }

  /** An order that delivers the record of position 5 once more, and another never. */
  private record FaultyOrder(FullShuffle right, long at) implements Sampler {
    @Override
    public long recordCount() {
      return right.recordCount();
    }

    @Override
    public long positionCount() {
      return right.positionCount();
    }

    @Override
    public long seed() {
      return right.seed();
    }

    @Override
    public String description() {
      return right.description();
    }

    @Override
    public long index(long epoch, long position) {
      return right.index(epoch, position == at ? 5 : position);
    }

    @Override
    public long position(long epoch, long index) {
      return right.position(epoch, index);
    }
  }

  @Test
  void aRecordThatComesTwiceIsFound() {
    Sampler faulty = new FaultyOrder(new FullShuffle(RECORDS, 7), 11);
    for (int group : new int[] {1, 8}) {
      assertThatIllegalStateException()
          .isThrownBy(() -> RankChecks.step(job(faulty, group), 0))
          .withMessageContaining("expected each record once");
      assertThat(RankChecks.step(job(faulty, group), 1)).isEqualTo(140);
    }
  }

  @Test
  void aRecordThatComesAgainAfterAResumeIsFound() {
    RankedJob job = job(new FullShuffle(RECORDS, 7), 8);
    LoaderState state = job.after(null, 1);
    assertThat(RankChecks.rest(job, state)).isEqualTo(140);
    RankedJob faulty = job(new FaultyOrder(new FullShuffle(RECORDS, 7), 150), 8);
    assertThatIllegalStateException()
        .isThrownBy(() -> RankChecks.rest(faulty, state))
        .withMessageContaining("position 5 once more");
  }

  @Test
  void blocksAreFullWhereShardsAreFewAndSmallWhereTheyAreMany() {
    FullShuffle order = new FullShuffle(1 << 20, 7);
    ShuffleTraffic few = ShuffleTraffic.of(order, layout(4), 1000, 1L << 30, 0, 100_000);
    ShuffleTraffic many = ShuffleTraffic.of(order, layout(20_000), 1000, 1L << 30, 0, 100_000);
    assertThat(few.sampledRecords() / few.blocks()).isBetween(55L, 66L);
    assertThat(many.sampledRecords() / many.blocks()).isBetween(1L, 4L);
    assertThat(few.sentBytes()).isBetween(1004.0, 1005.0);
    assertThat(many.sentBytes()).isBetween(1006.0, 1012.0);
  }

  private static ShardLayout layout(int shards) {
    return ShuffleTraffic.layout(1 << 20, 1000, shards);
  }
}
