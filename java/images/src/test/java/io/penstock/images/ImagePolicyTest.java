package io.penstock.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.Batch;
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
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged images in a folder and in a tar archive: named, skipped, replaced, or blank. */
class ImagePolicyTest {
  private static final int COUNT = 24;
  private static final int SIZE = 16;
  private static final int CUT = 5;
  private static final int TEXT = 6;
  private static final int EMPTY = 17;
  private static final List<Integer> BAD = List.of(CUT, TEXT, EMPTY);

  @TempDir Path directory;
  private final List<byte[]> files = new ArrayList<>();

  @BeforeAll
  static void needsLibrary() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
  }

  @BeforeEach
  void encode() throws Exception {
    for (int i = 0; i < COUNT; i++) {
      files.add(ImageFiles.encode(ImageFiles.picture(40 + i, 30, i), i % 2 == 0 ? "png" : "jpg"));
    }
    files.set(CUT, Arrays.copyOf(files.get(CUT), files.get(CUT).length / 2));
    files.set(TEXT, "no image".getBytes(StandardCharsets.UTF_8));
    files.set(EMPTY, new byte[0]);
  }

  private static String name(int i) {
    return "%s/%02d.jpg".formatted(i < COUNT / 2 ? "cats" : "dogs", i);
  }

  private Dataset folder() throws Exception {
    Path folder = directory.resolve("pictures");
    for (int i = 0; i < COUNT; i++) {
      Path file = folder.resolve(name(i));
      Files.createDirectories(file.getParent());
      Files.write(file, files.get(i));
    }
    return Dataset.builder().folder("jpg", folder, "*", directory.resolve("pictures.index")).open();
  }

  private Dataset tar() throws Exception {
    Path archive = ImageFiles.tar(directory.resolve("pictures.tar"), files, ImagePolicyTest::name);
    return Dataset.builder().column("jpg", Source.of(archive).part("jpg")).open();
  }

  private static LoaderBuilder builder(Dataset dataset, BadRecordPolicy policy) {
    return dataset
        .loader()
        .batchSize(8)
        .shuffle(Shuffle.NONE)
        .badRecordPolicy(policy)
        .transform(Images.decode("jpg").to("pixels").resize(SIZE, SIZE).transform())
        .transform(Transforms.drop("jpg"));
  }

  private static byte[] pixels(Batch batch, int i) {
    return batch.record("pixels", i).toArray(ValueLayout.JAVA_BYTE);
  }

  /** The pixels of all good files, each decoded alone. */
  private List<byte[]> expected() throws Exception {
    List<byte[]> good = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      Path place = Files.createDirectories(directory.resolve("alone" + i));
      try (Dataset dataset = ImageFiles.values(place, List.of(files.get(i)));
          Loader loader =
              builder(dataset, BAD.contains(i) ? BadRecordPolicy.SKIP : BadRecordPolicy.FAIL)
                  .build()) {
        for (Batch batch : loader.epoch(0)) {
          good.add(batch.size() == 0 ? new byte[0] : pixels(batch, 0));
        }
      }
    }
    return good;
  }

  private void check(Dataset dataset, String cut) throws Exception {
    try (dataset) {
      checkFailure(dataset, cut);
      List<byte[]> expected = expected();
      for (BadRecordPolicy policy : List.of(BadRecordPolicy.SKIP, BadRecordPolicy.REPLACE)) {
        try (Loader loader = builder(dataset, policy).build()) {
          List<Long> indices = new ArrayList<>();
          for (Batch batch : loader.epoch(0)) {
            for (int i = 0; i < batch.size(); i++) {
              indices.add(batch.index(i));
              assertThat(pixels(batch, i)).isEqualTo(expected.get((int) batch.index(i)));
            }
          }
          boolean isSkipped = policy == BadRecordPolicy.SKIP;
          assertThat(indices)
              .isEqualTo(
                  LongStream.range(0, COUNT)
                      .filter(i -> !isSkipped || !BAD.contains((int) i))
                      .map(i -> i == CUT || i == TEXT ? TEXT + 1 : i == EMPTY ? EMPTY + 1 : i)
                      .boxed()
                      .toList());
          assertThat(loader.badRecords())
              .extracting(BadRecord::index)
              .containsExactlyInAnyOrder(5L, 6L, 17L);
          assertThat(loader.badRecords())
              .extracting(BadRecord::problem)
              .anyMatch(text -> text.startsWith(cut + ": record 5 of column 'jpg': damaged image"));
        }
      }
    }
  }

  private static void checkFailure(Dataset dataset, String cut) {
    try (Loader loader = builder(dataset, BadRecordPolicy.FAIL).build()) {
      assertThatExceptionOfType(PenstockException.class)
          .isThrownBy(loader.epoch(0).iterator()::next)
          .withMessageContaining("record 5 (epoch 0, position 5), " + cut + ": damaged")
          .withMessageContaining("damaged image of ")
          .satisfies(e -> assertThat(e.kind()).isEqualTo(ErrorKind.DAMAGED_RECORD));
    }
  }

  @Test
  void filesOfAFolderAreNamedSkippedAndReplaced() throws Exception {
    check(folder(), directory.resolve("pictures/cats/05.jpg").toString());
  }

  @Test
  void membersOfAnArchiveAreNamedSkippedAndReplaced() throws Exception {
    check(tar(), directory.resolve("pictures.tar") + ", sample 'cats/05'");
  }

  @Test
  void whoAsksForBlankPicturesIsToldTheirNames() throws Exception {
    ConcurrentLinkedQueue<String> told = new ConcurrentLinkedQueue<>();
    try (Dataset dataset = tar();
        Loader loader =
            dataset
                .loader()
                .batchSize(8)
                .transform(
                    Images.decode("jpg").blankIfDamaged(told::add).resize(SIZE, SIZE).transform())
                .build()) {
      int count = 0;
      for (Batch batch : loader.epoch(0)) {
        count += batch.size();
      }
      assertThat(count).isEqualTo(COUNT);
    }
    String archive = directory.resolve("pictures.tar").toString();
    assertThat(told.stream().sorted().toList())
        .hasSize(3)
        .satisfies(
            all ->
                assertThat(all.getFirst())
                    .startsWith("record 17 (%s, sample 'dogs/17'): ".formatted(archive)))
        .satisfies(
            all ->
                assertThat(all.get(1))
                    .startsWith("record 5 (%s, sample 'cats/05'): damaged".formatted(archive)));
  }
}
