package io.penstock.cli.info;

import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What is looked up of the records of a column, beyond what its header or index says: their sizes,
 * and the images among them. A table of several columns shows neither, so it is done when somebody
 * asks. Used by one thread at a time.
 */
final class RecordSurvey {
  private final Supplier<SizeHistogram> sizesOf;
  private final Supplier<Optional<ImageSurvey>> imagesOf;
  private SizeHistogram sizes;

  /** Null until somebody asks. */
  private Optional<ImageSurvey> images;

  private RecordSurvey(Supplier<SizeHistogram> sizesOf, Supplier<Optional<ImageSurvey>> imagesOf) {
    this.sizesOf = sizesOf;
    this.imagesOf = imagesOf;
  }

  /** Of the files of a folder. */
  static RecordSurvey of(FolderIndex folder) {
    return new RecordSurvey(() -> SizeReading.of(folder), () -> ImageSurvey.of(folder));
  }

  /**
   * Of records in a file. Offsets and lengths that users made are looked at now: they may be wrong.
   *
   * @param shards how many files are described, this one among them
   */
  static RecordSurvey of(RecordLayout.Variable layout, int shards) {
    if (layout instanceof RecordLayout.ByIndex index) {
      return new RecordSurvey(() -> SizeReading.of(index), () -> ImageSurvey.of(index, shards));
    }
    return of(SizeReading.of(layout));
  }

  /** Of sizes that are known. */
  static RecordSurvey of(SizeHistogram sizes) {
    return new RecordSurvey(() -> sizes, Optional::empty);
  }

  SizeHistogram sizes() {
    if (sizes == null) {
      sizes = sizesOf.get();
    }
    return sizes;
  }

  /** Empty if none were found. */
  Optional<ImageSurvey> images() {
    if (images == null) {
      images = imagesOf.get();
    }
    return images;
  }

  /** Looks now. */
  void complete() {
    sizes();
    images();
  }
}
