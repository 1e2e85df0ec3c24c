package io.penstock.internal.index;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import java.nio.ByteBuffer;

/**
 * Takes what a scan finds: columns, each with its records in index order.
 *
 * <p>A column may be begun late: {@link FoundPlaces#addMissing} and its like stand for the records
 * before. At the end all columns must have equally many records, and names of their own. Used by
 * one thread.
 */
public interface IndexBuilder {
  /**
   * Begins a variable column whose records lie in the container.
   *
   * @param name of the part, as in {@code FILE#NAME}
   * @param type of the values; a record is a whole number of them
   */
  FoundPlaces places(String name, ElementType type);

  /**
   * Begins a fixed column whose records lie in the container.
   *
   * @param name of the part
   * @param type of the elements
   * @param recordShape of one record
   */
  FoundRuns runs(String name, ElementType type, Shape recordShape);

  /**
   * Begins a fixed column whose records are kept in the index itself: small values that are no
   * array elements as they lie in the container, such as numbers of variable length.
   *
   * @param name of the part
   * @param type of the elements
   * @param recordShape of one record
   */
  CopiedValues values(String name, ElementType type, Shape recordShape);

  /**
   * Begins a variable column of bytes that are kept in the index itself, such as names.
   *
   * @param name of the part
   */
  Texts texts(String name);

  /**
   * Keeps a fact about the container, for whoever opens it.
   *
   * @param key what it is
   * @param text the fact
   */
  void fact(String key, String text);

  /** What all columns have. */
  interface FoundRecords {
    /** How many records it has so far, missing ones included. */
    long count();

    /**
     * Takes the column back: it is not among what was found, and its name is free. For scans that
     * see late which kind of column something is, and begin several of one name. Nothing may be
     * added afterwards.
     */
    void discard();
  }

  /** Records of different sizes in the container. */
  interface FoundPlaces extends FoundRecords {
    /**
     * The next record.
     *
     * @param offset where it begins in the container
     * @param bytes its size
     */
    void add(long offset, long bytes);

    /** The next record has no value in this column. */
    void addMissing();
  }

  /** Records of one size in the container. */
  interface FoundRuns extends FoundRecords {
    /**
     * The next records. Neighbours at the same distance are joined.
     *
     * @param offset where the first begins in the container
     * @param count how many
     * @param strideBytes from one to the next; any positive number for a single one
     */
    void add(long offset, long count, long strideBytes);
  }

  /** Records of one size in the index. */
  interface CopiedValues extends FoundRecords {
    /**
     * The next record, or several.
     *
     * @param records their bytes, in the byte order of the type; a whole number of records
     */
    void add(ByteBuffer records);
  }

  /** Records of different sizes in the index. */
  interface Texts extends FoundRecords {
    void add(byte[] record);
  }
}
