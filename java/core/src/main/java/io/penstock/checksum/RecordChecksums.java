package io.penstock.checksum;

import io.penstock.Dataset;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.ChecksumTable;
import io.penstock.internal.manifest.RecordChecksumWriter;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/**
 * The checksums of the records of a dataset, in a file; the package describes its format.
 *
 * <p>The file is mapped, so lookups read memory: 4 bytes of the page cache for each record and
 * column. Columns are matched by name, and records by index. Thread-safe; it must not be used after
 * it is closed.
 */
public final class RecordChecksums implements AutoCloseable {
  private final ChecksumTable table;

  /**
   * Opens the checksums of a dataset.
   *
   * @param path of the file
   * @param dataset whose columns are to be checked; the file may have others
   * @return the checksums, to be closed by the caller
   * @throws PenstockException if the file cannot be read, or belongs to other data
   */
  public static RecordChecksums open(Path path, Dataset dataset) {
    return new RecordChecksums(ChecksumTable.open(path, dataset.columns()));
  }

  private RecordChecksums(ChecksumTable table) {
    this.table = table;
  }

  /**
   * Reads all records of a dataset once, in order, and writes their checksums.
   *
   * @param dataset what to read
   * @param target the file to make; its directory must exist
   * @param mayReplace whether an existing file is replaced when the new one is complete
   * @param progress called now and then with the number of records done
   * @throws PenstockException if a record cannot be read, or the file cannot be made; then an old
   *     one is as it was
   */
  public static void write(
      Dataset dataset, Path target, boolean mayReplace, LongConsumer progress) {
    RecordChecksumWriter.write(dataset, target, mayReplace, progress);
  }

  /**
   * The checksum of a record.
   *
   * @param column number of the column in the dataset
   * @param index of the record
   * @return the 32 bits of the CRC32C of its bytes as they are stored
   * @throws PenstockException if the file has been cut short
   */
  public int get(int column, long index) {
    return table.get(column, index);
  }

  /** Receives records. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Receives one record.
     *
     * @param column number of the column
     * @param index of the record
     */
    void accept(int column, long index);
  }

  /**
   * Finds the records with bytes in a range of a file that do not match their checksums, or cannot
   * be read. It reads them one by one, so use it for ranges that are known to be damaged.
   *
   * @param dataset the one that this was opened with
   * @param file one of its files
   * @param from first byte of the range in the file
   * @param to end of the range
   * @param sink gets the damaged ones, by column and index
   */
  public void forEachDamaged(Dataset dataset, Path file, long from, long to, Sink sink) {
    new DamagedRecords(this, dataset, sink).find(file, from, to);
  }

  /**
   * Finds the records of a column that do not match their checksums, or cannot be read. It reads
   * each record of the column on its own, many at a time: use it for the files of a folder.
   *
   * @param dataset the one that this was opened with
   * @param column name of a column
   * @param progress gets the bytes of each record that was read, from several threads at once
   * @param sink gets the damaged ones in ascending order, in this thread
   */
  public void forEachDamaged(Dataset dataset, String column, LongConsumer progress, Sink sink) {
    new DamagedRecords(this, dataset, sink).find(column, progress);
  }

  /** Unmaps the file. Idempotent; any thread. */
  @Override
  public void close() {
    table.close();
  }
}
