package io.penstock.array;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;

/** What the file system says about a file of a dataset. Immutable; see {@code Dataset.files}. */
public final class FileInfo {
  private final Path path;
  private final long sizeBytes;
  private final Instant modified;
  private final long device;
  private final long inode;
  private final int directOffsetAlignmentBytes;
  private final int directMemoryAlignmentBytes;
  private final double cachedFraction;

  private FileInfo(Builder builder) {
    this.path = builder.path;
    this.sizeBytes = builder.sizeBytes;
    this.modified = builder.modified;
    this.device = builder.device;
    this.inode = builder.inode;
    this.directOffsetAlignmentBytes = builder.directOffsetAlignmentBytes;
    this.directMemoryAlignmentBytes = builder.directMemoryAlignmentBytes;
    this.cachedFraction = builder.cachedFraction;
  }

  /**
   * Starts a description of a file.
   *
   * @param path the file
   * @param sizeBytes its size in bytes
   * @param modified when it was last modified
   * @return a builder
   */
  public static Builder builder(Path path, long sizeBytes, Instant modified) {
    return new Builder(path, sizeBytes, modified);
  }

  /** Sets what is known beyond name, size and time. Not thread-safe. */
  public static final class Builder {
    private final Path path;
    private final long sizeBytes;
    private final Instant modified;
    private long device;
    private long inode;
    private int directOffsetAlignmentBytes;
    private int directMemoryAlignmentBytes;
    private double cachedFraction = Double.NaN;

    private Builder(Path path, long sizeBytes, Instant modified) {
      this.path = Objects.requireNonNull(path, "path");
      this.sizeBytes = sizeBytes;
      this.modified = Objects.requireNonNull(modified, "modified");
    }

    /**
     * Sets where the file system keeps it.
     *
     * @param device number of the file system
     * @param inode number of the file in it
     * @return this
     */
    public Builder place(long device, long inode) {
      this.device = device;
      this.inode = inode;
      return this;
    }

    /**
     * Sets what direct reads must be multiples of; they are not possible unless set.
     *
     * @param offsetBytes for offsets and lengths
     * @param memoryBytes for addresses in memory
     * @return this
     */
    public Builder directAlignment(int offsetBytes, int memoryBytes) {
      this.directOffsetAlignmentBytes = offsetBytes;
      this.directMemoryAlignmentBytes = memoryBytes;
      return this;
    }

    /**
     * Sets how much of it is in the page cache; not known unless set.
     *
     * @param fraction 0 to 1, or NaN
     * @return this
     */
    public Builder cachedFraction(double fraction) {
      this.cachedFraction = fraction;
      return this;
    }

    /**
     * The description.
     *
     * @return an immutable value
     */
    public FileInfo build() {
      return new FileInfo(this);
    }
  }

  /**
   * The file.
   *
   * @return its path
   */
  public Path path() {
    return path;
  }

  /**
   * The size of the file when it was opened.
   *
   * @return in bytes
   */
  public long sizeBytes() {
    return sizeBytes;
  }

  /**
   * When it was last modified, as of when it was opened.
   *
   * @return a time
   */
  public Instant modified() {
    return modified;
  }

  /**
   * The file system that the file is in.
   *
   * @return its number
   */
  public long device() {
    return device;
  }

  /**
   * The file's number in its file system.
   *
   * @return its number
   */
  public long inode() {
    return inode;
  }

  /**
   * What offsets and lengths of direct reads are multiples of.
   *
   * @return in bytes; 0 if direct reads are not possible
   */
  public int directOffsetAlignmentBytes() {
    return directOffsetAlignmentBytes;
  }

  /**
   * What memory addresses of direct reads are multiples of.
   *
   * @return in bytes; 0 if direct reads are not possible
   */
  public int directMemoryAlignmentBytes() {
    return directMemoryAlignmentBytes;
  }

  /**
   * How much of the file was in the page cache when this was asked for.
   *
   * @return share of its pages, 0 to 1; NaN if the kernel does not tell
   */
  public double cachedFraction() {
    return cachedFraction;
  }

  @Override
  public String toString() {
    return "FileInfo[%s, %d bytes, modified %s]".formatted(path, sizeBytes, modified);
  }
}
