package io.penstock.cli.order;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import io.penstock.sampler.BlockShuffle;
import io.penstock.sampler.MixingReport;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code order}: the numbers are those of the library, and the picture shows the order. */
final class OrderCommandTest {
  private static final int RECORDS = 60_000;

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void write() {
    path = Run.records(directory.resolve("x.npy"), RECORDS, 4);
  }

  private static JsonObject json(Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    return JsonParser.parseString(run.text()).getAsJsonObject();
  }

  @Test
  void theOrderOfRecordsOfDifferentSizesIsThatOfAsManyOthers() throws IOException {
    byte[] starts = new byte[2 * (RECORDS + 1)];
    for (int i = 0; i <= RECORDS; i++) {
      starts[2 * i] = (byte) i;
      starts[2 * i + 1] = (byte) (i >> 8);
    }
    Path text = Run.npy(directory.resolve("t.npy"), "'|u1'", "(60000,)", new byte[RECORDS]);
    Path offsets = Run.npy(directory.resolve("o.npy"), "'<u2'", "(60001,)", starts);
    Path mails = Files.createDirectory(directory.resolve("mails"));
    for (int i = 0; i < 300; i++) {
      Files.writeString(mails.resolve("mail" + i), "m".repeat(i));
    }
    Path few = Run.records(directory.resolve("few.npy"), 300, 4);
    assertThat(json("order", text, "--offsets", "t=" + offsets, "--json"))
        .isEqualTo(json("order", path, "--json"));
    assertThat(json("order", mails, "--shuffle", "block", "--block-records", 7, "--json"))
        .isEqualTo(json("order", few, "--shuffle", "block", "--block-records", 7, "--json"));
  }

  @Test
  void ranksByPlaceMixWithinTheirPartsAndTogetherAsByPosition() {
    Object[] by = {"order", path, "--json", "--world-size", 4, "--batch-size", 64, "--rank-by"};
    JsonObject place = json(with(by, "place"));
    JsonObject position = json(with(by, "position"));
    JsonObject pairs = json(with(by, "place", "--rank-group", 2));
    for (int rank = 0; rank < 4; rank++) {
      // A part of the data is a quarter, and varies a little; a pair's is a half.
      assertThat(spread(place, rank)).isBetween(0.2, 0.3);
      assertThat(spread(pairs, rank)).isBetween(0.45, 0.6);
      assertThat(spread(position, rank)).isBetween(0.97, 1.03);
    }
    assertThat(place.get("union")).isEqualTo(position.get("union"));
    assertThat(place.getAsJsonObject("union").get("batchSpread").getAsDouble())
        .isBetween(0.97, 1.03);
    assertThat(json("order", path, "--json").has("ranks")).isFalse();
  }

  private static Object[] with(Object[] arguments, Object... more) {
    Object[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return all;
  }

  private static double spread(JsonObject report, int rank) {
    return report
        .getAsJsonArray("ranks")
        .get(rank)
        .getAsJsonObject()
        .get("batchSpread")
        .getAsDouble();
  }

  @Test
  void peopleSeeALineForEachRank() {
    Path few = Run.records(directory.resolve("few.npy"), 4000, 4);
    Run run =
        Run.of(
            "order",
            few,
            "--world-size",
            2,
            "--rank-by",
            "place",
            "--plot",
            directory.resolve("p.png"));
    assertThat(run.code()).as(run.err()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text()).contains("batches of", "rank 0", "rank 1", "all together", "by chance");
  }

  @Test
  void moreRanksThanAnEpochHasBatchesForAreRefused() {
    Run run = Run.of("order", path, "--json", "--world-size", 1000);
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err())
        .contains("--world-size times --batch-size must be at most the 60000 positions");
  }

  @Test
  void theNumbersAreThoseOfTheReport() {
    MixingReport expected = MixingReport.of(new BlockShuffle(RECORDS, 100, 30, 7), 64, 3);
    JsonObject found =
        json(
            "order",
            path,
            "--shuffle",
            "block",
            "--block-records",
            100,
            "--window-blocks",
            30,
            "--seed",
            7,
            "--batch-size",
            64,
            "--epoch",
            3,
            "--json");
    assertThat(found.get("mixing").getAsDouble()).isEqualTo(expected.mixing());
    assertThat(found.get("neighbourShare").getAsDouble()).isEqualTo(expected.neighbourShare());
    assertThat(found.get("batchSpread").getAsDouble()).isEqualTo(expected.batchSpread());
    assertThat(found.get("sampler").getAsString())
        .isEqualTo("block/1;blockRecords=100;windowBlocks=30");
    assertThat(found.get("windowRecords").getAsLong()).isEqualTo(3000);
    assertThat(found.get("labelDiversity").isJsonNull()).isTrue();
    assertThat(found.get("plot").isJsonNull()).isTrue();
  }

  @Test
  void anExactShuffleMixesAndTheOrderOfTheFileDoesNot() {
    assertThat(json("order", path, "--json").get("mixing").getAsDouble()).isBetween(0.98, 1.02);
    assertThat(json("order", path, "--shuffle", "none", "--json").get("mixing").getAsDouble())
        .isLessThan(0.001);
  }

  @Test
  void labelsAreLookedAtWhenTheyAreNamed() {
    byte[] bytes = new byte[RECORDS];
    for (int i = 0; i < RECORDS; i++) {
      bytes[i] = (byte) (i * 10L / RECORDS);
    }
    Path labels = Run.npy(directory.resolve("labels.npy"), "'|u1'", "(" + RECORDS + ",)", bytes);
    JsonObject shuffled = json("order", path, labels, "--labels", "labels", "--json");
    assertThat(shuffled.get("labelDiversity").getAsDouble()).isBetween(0.89, 0.91);
    JsonObject sorted =
        json("order", path, labels, "--labels", "labels", "--shuffle", "none", "--json");
    assertThat(sorted.get("labelDiversity").getAsDouble()).isLessThan(0.05);
    assertThat(sorted.get("chanceLabelDiversity").getAsDouble()).isBetween(0.89, 0.91);
    Run human = Run.of("order", path, labels, "--labels", "labels", "--plot", directory + "/o.png");
    assertThat(human.text()).contains("mixing").contains("different labels in a batch");
  }

  @Test
  void thePictureOfTheFilesOrderIsALine() throws IOException {
    Path plot = directory.resolve("order.png");
    Run run = Run.of("order", path, "--shuffle", "none", "--plot", plot);
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    assertThat(run.text()).contains("sequential/1").contains(plot.toString());
    int[] line = dots(plot);
    Run.of("order", path, "--plot", plot);
    int[] cloud = dots(plot);
    // Of 12,000 dots nearly all of a line lie on others.
    assertThat(line[0]).isBetween(1_000, 12_000);
    assertThat(cloud[0]).isGreaterThan(5 * line[0]);
    // Upper left quarter of the picture: no part of the line is there.
    assertThat(line[1]).isZero();
    assertThat(cloud[1]).isGreaterThan(cloud[0] / 8);
  }

  /** Pixels of the colour of dots, in all and in the upper left quarter. */
  private static int[] dots(Path plot) throws IOException {
    BufferedImage image = ImageIO.read(plot.toFile());
    int[] counts = new int[2];
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        boolean isDot = (image.getRGB(x, y) & 0xffffff) == 0x365C8D;
        counts[0] += isDot ? 1 : 0;
        counts[1] += isDot && x < image.getWidth() / 2 && y < image.getHeight() / 3 ? 1 : 0;
      }
    }
    return counts;
  }

  @Test
  void aPlotThatNobodyAskedForMayFail() throws IOException {
    Run asked = Run.of("order", path, "--plot", directory.resolve("missing/o.png"));
    assertThat(asked.code()).isEqualTo(ExitCodes.FAILED);
    assertThat(asked.err()).hasLineCount(1).contains("missing/o.png");
    assertThat(Files.readAllBytes(path)).hasSize(128 + 4 * RECORDS);
  }
}
