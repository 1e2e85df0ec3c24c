package io.penstock.cli.convert;

import io.penstock.array.ElementType;

/**
 * How a source is read.
 *
 * @param selection which records
 * @param dtype type to cast elements to; null for the type that they have
 * @param isLossy whether casting may change values, and images of 16 bits may become 8
 * @param folder how files of a folder become records
 * @param delimiter what separates the numbers of a line of text, {@link #BLANKS} for runs of
 *     blanks; null for what the file's name says
 * @param skipLines lines of text before the first with numbers
 */
public record SourceOptions(
    Selection selection,
    ElementType dtype,
    boolean isLossy,
    FolderOptions folder,
    Character delimiter,
    int skipLines) {
  /** A delimiter that is any run of blanks. */
  public static final char BLANKS = TextRows.BLANKS;

  private static final int MAX_PIXELS = 1 << 16;

  /** Checks the numbers. */
  public SourceOptions {
    if (delimiter != null && TextRows.isReserved(delimiter)) {
      throw new IllegalArgumentException(
          "--delimiter must not be a quote, a line end or #, which begins a comment");
    }
    if (skipLines < 0) {
      throw new IllegalArgumentException("--skip-lines must be at least 0, was " + skipLines);
    }
  }

  /** Refuses options that have no meaning for a source that is not a folder. */
  void checkNoFolder() {
    folder.checkNoFolder();
    checkNoImages();
  }

  /** Refuses options that have no meaning for a source that is not a folder of images. */
  void checkNoImages() {
    folder.checkNoImages();
    if (isLossy && dtype == null) {
      throw new IllegalArgumentException("--lossy goes with --dtype, or with a folder of images");
    }
  }

  /** Refuses options that have no meaning for a source that is not text. */
  void checkNoText() {
    if (delimiter != null || skipLines > 0) {
      throw new IllegalArgumentException(
          "--delimiter and --skip-lines go with text: one .csv, .tsv or .txt");
    }
  }

  /**
   * A size of images.
   *
   * @param height in pixels
   * @param width in pixels
   */
  public record ImageSize(int height, int width) {
    /** Checks the numbers. */
    public ImageSize {
      if (height < 1 || width < 1 || height > MAX_PIXELS || width > MAX_PIXELS) {
        throw new IllegalArgumentException(
            "sizes of images must be 1 to %d, were %dx%d".formatted(MAX_PIXELS, height, width));
      }
    }

    /**
     * Reads {@code HEIGHTxWIDTH}.
     *
     * @param text as typed
     * @return the size
     * @throws IllegalArgumentException if it is none
     */
    public static ImageSize parse(String text) {
      String[] sizes = text.split("x", -1);
      try {
        if (sizes.length == 2) {
          return new ImageSize(Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]));
        }
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("must be HEIGHTxWIDTH, was '" + text + "'", e);
      }
      throw new IllegalArgumentException("must be HEIGHTxWIDTH, was '" + text + "'");
    }

    @Override
    public String toString() {
      return height + "x" + width;
    }
  }

  /**
   * The same without the first records.
   *
   * @param count how many are left out
   * @return options for the rest
   */
  public SourceOptions from(long count) {
    return new SourceOptions(selection.from(count), dtype, isLossy, folder, delimiter, skipLines);
  }
}
