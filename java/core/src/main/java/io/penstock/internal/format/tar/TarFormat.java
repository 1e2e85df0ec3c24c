package io.penstock.internal.format.tar;

import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.IndexedContents;
import io.penstock.internal.index.Indexes;
import io.penstock.internal.report.Notices;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tar archives as WebDataset writes them: a record is a sample, {@code FILE.tar#jpg} the column of
 * its members with this ending, {@code FILE.tar#__key__} that of their names. With a single ending,
 * the plain file is that column.
 */
public final class TarFormat implements ArrayFormat {
  /** The archives without an end mark that were reported; each once is enough. */
  private static final Set<Path> REPORTED = ConcurrentHashMap.newKeySet();

  @Override
  public String name() {
    return "tar";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return start.length > 0
        && start[0] != 0
        && TarHeader.isAtStart(file.start(TarHeader.BLOCK_BYTES));
  }

  @Override
  public Contents read(OpenFile file) {
    IndexedContents contents = Indexes.contents(file, new TarScan());
    boolean hasEnd = contents.fact(TarScan.END_FACT).filter("yes"::equals).isPresent();
    if (!hasEnd && REPORTED.add(file.path().toAbsolutePath())) {
      Notices.warn(
          ("%s: expected two blocks of zeros at the end of the archive, found the end of the file:"
                  + " perhaps its writer did not finish, and samples are missing; those that are"
                  + " there are read. If it is complete, head -c 1024 /dev/zero >> FILE ends it")
              .formatted(file.path()));
    }
    return contents;
  }
}
