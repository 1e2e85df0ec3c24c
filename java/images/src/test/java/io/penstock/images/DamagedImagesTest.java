package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
import io.penstock.BatchReader;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.error.BadRecord;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.format.Source;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.options.BadRecordPolicy;
import io.penstock.options.Shuffle;
import io.penstock.transform.Transforms;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Images that are cut short, flipped, none, or bombs, through a loader: an error with the name of
 * the record each time, or what the policy says, in bounded memory, and never half a picture.
 */
@Timeout(120)
class DamagedImagesTest {
  private static final int WIDTH = 96;
  private static final int HEIGHT = 64;
  private static final int FLIPS = 150;

  /** What a bomb of 65,500 x 65,500 pixels would take is 100 times as much. */
  private static final long MOST_MORE_BYTES = 128 << 20;

  @TempDir Path directory;

  private final List<byte[]> files = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  @BeforeAll
  static void needsLibrary() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
  }

  private void add(String name, byte[] file) {
    names.add("%s/%05d.img".formatted(name, files.size()));
    files.add(file);
  }

  private static byte[] whole(String format) throws IOException {
    return ImageFiles.encode(ImageFiles.picture(WIDTH, HEIGHT, 3), format);
  }

  /** A JPEG or PNG that says it has 65,500 x 65,500 pixels. */
  private static byte[] bomb(String format) throws IOException {
    byte[] file = whole(format);
    ByteBuffer bytes = ByteBuffer.wrap(file);
    if (format.equals("png")) {
      bytes.putInt(16, 65500).putInt(20, 65500);
      CRC32 sum = new CRC32();
      sum.update(file, 12, 17);
      bytes.putInt(29, (int) sum.getValue());
      return file;
    }
    int frame = 0;
    while (file[frame] != (byte) 0xff || file[frame + 1] != (byte) 0xc0) {
      frame++;
    }
    bytes.putShort(frame + 5, (short) 65500).putShort(frame + 7, (short) 65500);
    return file;
  }

  private void addCuts() throws IOException {
    for (String format : List.of("jpg", "png")) {
      byte[] whole = whole(format);
      for (int percent = 0; percent < 100; percent++) {
        add("cut", Arrays.copyOf(whole, whole.length * percent / 100));
      }
    }
  }

  private void addStrangers() throws IOException {
    add("text", "named .jpg".getBytes(StandardCharsets.UTF_8));
    add("zeros", new byte[5000]);
    add("start", Arrays.copyOf(whole("jpg"), 2));
    add("bomb", bomb("jpg"));
    add("bomb", bomb("png"));
    add("gif", whole("gif"));
  }

  private void addFlips() throws IOException {
    Random random = new Random(4);
    for (String format : List.of("jpg", "png")) {
      for (int i = 0; i < FLIPS; i++) {
        byte[] file = whole(format);
        file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        add("flipped-" + format, file);
      }
    }
  }

  private Dataset dataset() throws IOException {
    Path archive = ImageFiles.tar(directory.resolve("x.tar"), files, names::get);
    return Dataset.builder().column("img", Source.of(archive).part("img")).open();
  }

  private static LoaderBuilder builder(Dataset dataset, ImagePipeline pipeline) {
    return dataset
        .loader()
        .batchSize(16)
        .memoryBytes(64 << 20)
        .shuffle(Shuffle.NONE)
        .transform(pipeline.transform())
        .transform(Transforms.drop("img"));
  }

  private static ImagePipeline resized() {
    return Images.decode("img").to("pixels").checkAll().resize(8, 8);
  }

  private String sample(int i) {
    return names.get(i).substring(0, names.get(i).indexOf('.'));
  }

  @Test
  void eachDamagedImageFailsItsBatchAndIsNamed() throws IOException {
    addCuts();
    addStrangers();
    try (Dataset dataset = dataset();
        Loader loader = builder(dataset, resized()).batchSize(1).build();
        BatchReader batches = loader.read(0)) {
      for (int i = 0; i < files.size(); i++) {
        String said = "none";
        try {
          batches.next();
        } catch (PenstockException e) {
          assertThat(e.kind()).as(names.get(i)).isEqualTo(ErrorKind.DAMAGED_RECORD);
          assertThat(e.recordIndex()).hasValue(i);
          said = e.getMessage();
        }
        assertThat(said)
            .as(names.get(i))
            .contains(
                "record %d (epoch 0, ".formatted(i), "x.tar, sample '%s'".formatted(sample(i)));
      }
    }
  }

  @Test
  void damagedImagesAreSkippedAndReplacedAndAllOthersAreWhole() throws IOException {
    addCuts();
    addStrangers();
    List<Integer> good = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      good.add(files.size());
      add("good", whole(i % 2 == 0 ? "jpg" : "png"));
    }
    for (BadRecordPolicy policy : List.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE)) {
      List<Integer> delivered = new ArrayList<>();
      try (Dataset dataset = dataset();
          Loader loader = builder(dataset, resized()).badRecordPolicy(policy).build()) {
        for (Batch batch : loader.epoch(0)) {
          for (int i = 0; i < batch.size(); i++) {
            delivered.add((int) batch.index(i));
          }
        }
        assertThat(loader.badRecords())
            .extracting(BadRecord::index)
            .hasSize(files.size() - good.size())
            .doesNotContainAnyElementsOf(good.stream().map(Integer::longValue).toList());
        for (BadRecord bad : loader.badRecords()) {
          assertThat(bad.problem()).contains("sample '%s'".formatted(sample((int) bad.index())));
        }
      }
      assertThat(delivered)
          .isEqualTo(
              policy == BadRecordPolicy.SKIP
                  ? good
                  : IntStream.range(0, files.size())
                      .map(i -> Math.max(i, good.getFirst()))
                      .boxed()
                      .toList());
    }
  }

  /** A JPEG has no checksum: a flipped bit may be another picture, but never less than one. */
  @Test
  void flippedBitsAreFoundOrGiveAPictureThatIsTheSameEachTime() throws IOException {
    addFlips();
    List<String> first = flipped(1);
    assertThat(flipped(3)).isEqualTo(first);
    assertThat(first.subList(FLIPS, 2 * FLIPS)).as("PNG has checksums").containsOnly("bad");
    assertThat(first.subList(0, FLIPS)).contains("bad");
  }

  private List<String> flipped(int threads) throws IOException {
    List<String> all = new ArrayList<>();
    try (Dataset dataset = dataset();
        Loader loader = builder(dataset, resized()).transformThreads(threads).batchSize(1).build();
        BatchReader batches = loader.read(0)) {
      for (int i = 0; i < files.size(); i++) {
        try {
          byte[] pixels = batches.next().column("pixels").toArray(ValueLayout.JAVA_BYTE);
          all.add(Arrays.toString(pixels));
        } catch (PenstockException e) {
          assertThat(e.getMessage()).contains(sample(i));
          all.add("bad");
        }
      }
    }
    return all;
  }

  @Test
  void bombsTakeNoMemory() throws IOException {
    for (int i = 0; i < 20; i++) {
      add("bomb", bomb(i % 2 == 0 ? "jpg" : "png"));
    }
    try (Dataset dataset = dataset()) {
      for (ImagePipeline pipeline :
          List.of(
              resized(),
              Images.decode("img")
                  .to("pixels")
                  .maxPixels(1L << 40)
                  .scratchBytes(16 << 20)
                  .resize(8, 8))) {
        try (Loader loader =
            builder(dataset, pipeline).badRecordPolicy(BadRecordPolicy.SKIP).build()) {
          long before = peakBytes();
          for (Batch batch : loader.epoch(0)) {
            assertThat(batch.size()).isZero();
          }
          assertThat(peakBytes() - before).isLessThan(MOST_MORE_BYTES);
        }
      }
    }
  }

  /** The most memory that this process has had at once. */
  private static long peakBytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("[^0-9]", "")))
        .sum();
  }
}
