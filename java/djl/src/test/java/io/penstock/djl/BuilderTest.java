package io.penstock.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.types.DataType;
import io.penstock.Dataset;
import io.penstock.Loader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong is said when a data set is built, in words that name it. */
class BuilderTest {
  @TempDir Path directory;

  private Dataset dataset() {
    return Dataset.open(
        ArrayFile.bytes(directory.resolve("x.npy"), 5, 12),
        ArrayFile.indices(directory.resolve("y.npy"), 5));
  }

  @Test
  void wrongColumnsOfBatchesAreNamed() {
    try (Dataset dataset = dataset();
        Loader loader = dataset.loader().build()) {
      PenstockDataset.Builder builder = PenstockDataset.builder(loader);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.label("y").build())
          .withMessage("data must be at least one column, was none");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.data("x").data("x", DataType.INT8))
          .withMessage("data must be of different columns, was 'x' twice");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.label("y"))
          .withMessage("labels must be of different columns, was 'y' twice");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.firstEpoch(-1))
          .withMessage("firstEpoch must be at least 0, was -1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.data("z").build())
          .withMessage("expected one of the columns [x, y], found 'z'");
      assertThat(PenstockDataset.builder(loader).data("x").build().loader()).isSameAs(loader);
    }
  }

  @Test
  void theOtherByteOrderIsTheLoadersBusiness() {
    ByteBuffer elements = ByteBuffer.allocate(20);
    try (Dataset dataset =
        Dataset.open(ArrayFile.write(directory.resolve("z.npy"), ">f4", "(5,)", elements))) {
      try (Loader loader = dataset.loader().build()) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> PenstockDataset.builder(loader).data("z").build())
            .withMessage(
                "column 'z': expected numbers in the byte order of this machine, found '>f4':"
                    + " build the loader with nativeOrder(true)");
      }
      try (Loader loader = dataset.loader().nativeOrder(true).build()) {
        assertThat(PenstockDataset.builder(loader).data("z").build().loader()).isSameAs(loader);
      }
    }
  }

  @Test
  void recordsOfDifferentSizesAreNoArray() {
    Path offsets =
        ArrayFile.write(
            directory.resolve("offsets.npy"),
            "<i8",
            "(3,)",
            ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(0)
                .putLong(2)
                .putLong(12)
                .flip());
    Path values =
        ArrayFile.write(directory.resolve("v.npy"), "|u1", "(12,)", ByteBuffer.allocate(12));
    try (Dataset dataset = Dataset.builder().variable("v", values, offsets).open();
        Loader loader = dataset.loader().build()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> PenstockDataset.builder(loader).data("v").build())
          .withMessageContaining("column 'v': expected records of one size");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () -> PenstockRecords.builder(dataset).setSampling(2, false).data("v").build())
          .withMessageContaining("column 'v': expected records of one size");
    }
  }

  @Test
  void wrongColumnsOfRecordsAreNamed() {
    try (Dataset dataset = dataset()) {
      PenstockRecords.Builder builder = PenstockRecords.builder(dataset).setSampling(2, false);
      assertThatIllegalArgumentException()
          .isThrownBy(builder::build)
          .withMessage("data must be at least one column, was none");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> builder.data("z").build())
          .withMessage("expected one of the columns [x, y], found 'z'");
    }
  }

  @Test
  void aClosedLoaderIsNoDataset() {
    try (Dataset dataset = dataset()) {
      Loader loader = dataset.loader().build();
      loader.close();
      assertThatIllegalStateException()
          .isThrownBy(() -> PenstockDataset.builder(loader).data("x").build())
          .withMessage("the loader is closed");
    }
  }
}
