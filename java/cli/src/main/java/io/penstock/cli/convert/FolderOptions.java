package io.penstock.cli.convert;

/**
 * How a folder of files is read, each of which is a record.
 *
 * @param pattern of the file names, such as {@code *.jpg,*.png,!thumbs}; a star for all
 * @param isRaw whether records are the bytes of the files, whatever their format
 * @param resize height and width of the records; null if all images must have one size
 * @param isGray whether images have one channel
 */
public record FolderOptions(
    String pattern, boolean isRaw, SourceOptions.ImageSize resize, boolean isGray) {
  private static final String ALL = "*";

  /** All files, unchanged. */
  public static final FolderOptions NONE = new FolderOptions(ALL, false, null, false);

  /** Checks the combination. */
  public FolderOptions {
    if (isRaw && (resize != null || isGray)) {
      throw new IllegalArgumentException(
          "--resize and --gray must be without --raw, which takes files as they are");
    }
  }

  /** Whether images are asked for, which have a size and channels. */
  boolean isOfImages() {
    return resize != null || isGray;
  }

  /** Refuses options that have no meaning for a source that is not a folder. */
  void checkNoFolder() {
    checkNoFiles();
    checkNoImages();
  }

  /** Refuses options that choose files of a folder, or what they are. */
  void checkNoFiles() {
    if (isRaw || !pattern.equals(ALL)) {
      throw new IllegalArgumentException("--pattern and --raw go with a folder");
    }
  }

  /** Refuses options that have no meaning for files that are not images. */
  void checkNoImages() {
    if (resize != null || isGray) {
      throw new IllegalArgumentException(
          "--resize and --gray go with a folder of images, or a part of a tar archive");
    }
  }
}
