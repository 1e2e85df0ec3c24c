package io.penstock.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.training.EasyTrain;
import ai.djl.training.Trainer;
import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.ElementType;
import io.penstock.array.OutputColumn;
import io.penstock.cli.demo.ImageSource;
import io.penstock.format.Source;
import io.penstock.images.Images;
import io.penstock.internal.images.ImagesLibrary;
import io.penstock.job.LoaderState;
import io.penstock.options.Shuffle;
import io.penstock.transform.Transform;
import io.penstock.transform.Transforms;
import java.awt.image.BufferedImage;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real run on image files: PNG files in a tar archive, in which the folder of a file is its
 * class. A network learns from them, mirrored anew in each epoch; a loader that is stopped in the
 * middle of an epoch goes on with the very batches that it would have had.
 */
@Timeout(600)
class FashionPicturesTest {
  private static final int EPOCHS = 4;
  private static final double LEAST_ACCURACY = 0.88;
  private static final int BATCH = 128;
  private static final int EPOCH_BATCHES = 469;
  private static final int STOP_BATCHES = 200;
  private static final int SIDE = 28;
  private static final int TAR_BLOCK = 512;

  @TempDir static Path directory;
  private static Path training;
  private static Path test;

  @BeforeAll
  static void write() throws IOException {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
    ImageSource source = ImageSource.find(System.out::println);
    assumeFalse(source.isGenerated(), "needs Fashion-MNIST: apt-get install dataset-fashion-mnist");
    FashionMnist images = FashionMnist.unpack(directory);
    try (Dataset dataset = images.training()) {
      training = archive(dataset, directory.resolve("train.tar"));
    }
    try (Dataset dataset = images.test()) {
      test = archive(dataset, directory.resolve("test.tar"));
    }
    Engine.getInstance().setRandomSeed(7);
  }

  // ---- the archive ----------------------------------------------------------------------------

  private static Path archive(Dataset dataset, Path path) throws IOException {
    try (OutputStream tar = new BufferedOutputStream(Files.newOutputStream(path), 1 << 20);
        Loader loader = dataset.loader().batchSize(1000).shuffle(Shuffle.NONE).build()) {
      for (Batch batch : loader.epoch(0)) {
        for (int i = 0; i < batch.size(); i++) {
          int label = batch.record("labels", i).get(ValueLayout.JAVA_BYTE, 0);
          byte[] png = png(batch.record("images", i).toArray(ValueLayout.JAVA_BYTE));
          member(tar, "%d/%05d.png".formatted(label, batch.index(i)), png);
        }
      }
      tar.write(new byte[2 * TAR_BLOCK]);
    }
    return path;
  }

  private static byte[] png(byte[] pixels) throws IOException {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, SIDE, SIDE, pixels);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", bytes)).isTrue();
    return bytes.toByteArray();
  }

  private static void member(OutputStream tar, String name, byte[] file) throws IOException {
    byte[] header = new byte[TAR_BLOCK];
    put(header, 0, name);
    put(header, 124, "%011o\0".formatted(file.length));
    put(header, 148, "        0");
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte one : header) {
      sum += one & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    tar.write(header);
    tar.write(file);
    tar.write(new byte[Math.floorMod(-file.length, TAR_BLOCK)]);
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  // ---- the data set ---------------------------------------------------------------------------

  /** The class of a sample: the folder that its key begins with, a digit here. */
  private static final Transform LABEL =
      Transform.ofRecords(
          "label",
          List.of("key"),
          List.of(OutputColumn.of("labels", ElementType.INT64)),
          record -> {
            long label = (long) record.input(0).get(ValueLayout.JAVA_BYTE, 0) - '0';
            record.output(0).set(ValueLayout.JAVA_LONG, record.outputOffset(0), label);
          });

  private static Dataset open(Path archive) {
    return Dataset.builder()
        .column("png", Source.of(archive).part("png"))
        .column("key", Source.of(archive).part("__key__"))
        .open();
  }

  private static LoaderBuilder loader(Dataset dataset, double mirrored) {
    return dataset
        .loader()
        .batchSize(BATCH)
        .seed(7)
        .memoryBytes(128 << 20)
        .transform(
            Images.decode("png")
                .gray()
                .to("images")
                .centerCrop(SIDE, SIDE)
                .randomFlip(mirrored)
                .transform())
        .transform(LABEL)
        .transform(Transforms.drop("png", "key"));
  }

  private static PenstockDataset batches(Loader loader) {
    return PenstockDataset.builder(loader).data("images").label("labels").build();
  }

  @Test
  void aNetworkLearnsFromPictures() throws Exception {
    try (Dataset pictures = open(training);
        Loader loader = loader(pictures, 0.5).build();
        Dataset others = open(test);
        Loader validation = loader(others, 0).shuffle(Shuffle.NONE).build();
        Model model = FashionMnist.model();
        Trainer trainer = FashionMnist.trainer(model, 0, EPOCHS * EPOCH_BATCHES)) {
      EasyTrain.fit(trainer, EPOCHS - 1, batches(loader), null);
      EasyTrain.fit(trainer, 1, batches(loader), batches(validation));
      double accuracy = trainer.getTrainingResult().getValidateEvaluation("Accuracy");
      System.out.printf("Fashion-MNIST as PNG: %d epochs, accuracy %.4f%n", EPOCHS, accuracy);
      assertThat(accuracy).isGreaterThan(LEAST_ACCURACY);
    }
  }

  private static long sum(Batch batch) {
    CRC32 sum = new CRC32();
    sum.update(batch.column("images").asByteBuffer());
    sum.update(batch.column("labels").asByteBuffer());
    return sum.getValue();
  }

  @Test
  void aRunThatWasStoppedGoesOnWithTheSameBatches() {
    List<Long> all = new ArrayList<>();
    String state = "";
    try (Dataset pictures = open(training);
        Loader loader = loader(pictures, 0.5).build()) {
      for (Batch batch : loader.epoch(1)) {
        all.add(sum(batch));
        if (all.size() == STOP_BATCHES) {
          batch.close();
          state = loader.state().toString();
        }
      }
    }
    assertThat(all).hasSize(EPOCH_BATCHES).doesNotHaveDuplicates();
    List<Long> rest = new ArrayList<>();
    try (Dataset pictures = open(training);
        Loader loader = loader(pictures, 0.5).state(LoaderState.parse(state)).build()) {
      for (Batch batch : loader.epoch(1)) {
        rest.add(sum(batch));
      }
    }
    assertThat(rest).isEqualTo(all.subList(STOP_BATCHES, EPOCH_BATCHES));
  }
}
