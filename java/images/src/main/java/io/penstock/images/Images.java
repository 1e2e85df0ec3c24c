package io.penstock.images;

import java.util.Objects;

/**
 * Transforms of image files, such as those of a folder or a tar archive: a variable column of
 * uint8, in which a record is a file.
 *
 * {@snippet lang="java" :
 * Loader loader = dataset.loader()
 *     .batchSize(64)
 *     .transform(Images.decode("jpg").to("pixels").upTo(500 * 500).transform())
 *     .transform(Transforms.drop("jpg"))
 *     .build();
 * }
 *
 * <p>Or to images of one size, cropped, mirrored and normalized in the same pass: {@link
 * ImagePipeline}.
 *
 * <p>The work is done in C, by libjpeg-turbo and libpng. Any number of threads gives the same bits.
 */
public final class Images {
  private Images() {}

  /**
   * Decodes JPEG and PNG files, whatever their names.
   *
   * @param column name of the column of files
   * @return a decoding to RGB of 8 bits, as the pictures lie in their files; say {@link
   *     ImageDecoding#size} or {@link ImageDecoding#upTo}, or how they come to one size: {@link
   *     ImageDecoding#resize}, {@link ImageDecoding#randomResizedCrop(int, int)}
   */
  public static ImageDecoding decode(String column) {
    return new ImageDecoding(Objects.requireNonNull(column, "column"));
  }
}
