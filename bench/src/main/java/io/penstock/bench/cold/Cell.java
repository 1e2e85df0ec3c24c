package io.penstock.bench.cold;

import io.penstock.bench.data.RecordFile;

/**
 * One table of the report: a file, the state of the cache, and the device.
 *
 * @param files the records, and what else contenders read
 * @param state of the page cache
 * @param profile of the device
 * @param device that the file lies on
 * @param limitBytes memory of a contender's process and the pages it reads, in state LARGER; 0: no
 *     limit is set, since the file itself is larger than the machine's memory
 * @param coldEpochs how many epochs a run may take from the device
 */
record Cell(
    CellFiles files, State state, Profile profile, Device device, long limitBytes, int coldEpochs) {
  private static final long BATCH_BYTES = 8 << 20;
  private static final int MAX_BATCH_SIZE = 256;

  /** What 4 s of any contender can take from a disk, and 1 s from memory. */
  private static final int COLD_LIST = 4 << 20;

  private static final int WARM_LIST = 16 << 20;

  /** The records. */
  RecordFile file() {
    return files.records();
  }

  /** Records of a batch: 256, fewer of large ones; the same for all contenders. */
  int batchSize() {
    long fit = Math.max(1, BATCH_BYTES / file().recordBytes());
    return (int) Math.min(MAX_BATCH_SIZE, Long.highestOneBit(fit));
  }

  /** Records of the order that are listed for those who need a list. */
  int listLength() {
    long most =
        switch (state) {
          case WARM -> WARM_LIST;
          case FITS -> Integer.MAX_VALUE; // to the end of the epoch
          case COLD, LARGER -> COLD_LIST;
        };
    return (int) Math.min(file().recordCount() * epochs(), most);
  }

  /**
   * How many epochs a run may take: from memory, where one is over in a fraction of a second,
   * several.
   */
  int epochs() {
    return state == State.WARM ? (int) Math.ceilDiv(WARM_LIST, file().recordCount()) : coldEpochs;
  }

  @Override
  public String toString() {
    return "%s B %s %s".formatted(file().size().text(), state.label(), profile.name());
  }
}
