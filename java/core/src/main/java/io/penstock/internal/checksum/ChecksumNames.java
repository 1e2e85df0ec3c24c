package io.penstock.internal.checksum;

/**
 * What the files are called that have the checksums of a dataset: a manifest, named after the first
 * column, and the checksums of records, named after the manifest and what is in it.
 */
public final class ChecksumNames {
  private static final String MANIFEST = ".penstock.json";
  private static final String RECORDS = ".penstock-records-";
  private static final int MARK_DIGITS = 8;

  private ChecksumNames() {}

  /**
   * The manifest of a dataset.
   *
   * @param column the name of its first column, as a file name
   */
  public static String manifest(String column) {
    return column + MANIFEST;
  }

  /** The name of a manifest without its ending, which users may choose. */
  public static String stem(String manifest) {
    return manifest.replaceFirst("(\\.penstock)?\\.json$", "");
  }

  /**
   * The record checksums of a manifest. Their name follows from what is in the file: one with this
   * name is the same, or damaged.
   *
   * @param manifest its name
   * @param digest of what is in the file, hexadecimal
   */
  public static String records(String manifest, String digest) {
    return stem(manifest) + RECORDS + digest.substring(0, MARK_DIGITS) + ".npy";
  }

  /** Whether a file is called like the record checksums of a manifest, this one or an older one. */
  public static boolean isRecords(String manifest, String fileName) {
    String start = stem(manifest) + RECORDS;
    return fileName.startsWith(start)
        && fileName.substring(start.length()).matches("[0-9a-f]{8}\\.npy");
  }
}
