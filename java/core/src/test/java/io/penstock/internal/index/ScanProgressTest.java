package io.penstock.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.index.ScanProgress.Snapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of one JVM run one after another, so that only these scans count. */
class ScanProgressTest {
  @TempDir Path directory;
  private final Snapshot start = ScanProgress.now();

  private Path file(String name, int bytes) throws IOException {
    return Files.write(directory.resolve(name), new byte[bytes]);
  }

  private void assertState(long doneBytes, long totalBytes, int running, int expected) {
    Snapshot now = ScanProgress.now();
    assertThat(
            new Snapshot(
                now.doneBytes() - start.doneBytes(),
                now.totalBytes() - start.totalBytes(),
                now.running(),
                now.expected()))
        .isEqualTo(new Snapshot(doneBytes, totalBytes, running, expected));
  }

  @Test
  void theSizeOfAllFilesCountsBeforeTheFirstIsScanned() throws IOException {
    Path scanned = file("scanned", 100);
    Path indexed = file("indexed", 20);
    Path never = file("never", 3);
    List<Path> all = List.of(scanned, indexed, never, directory.resolve("none"));
    try (ScanProgress.Expectation expected = ScanProgress.expect(all)) {
      assertState(0, 123, 0, 3);
      ScanProgress scan = ScanProgress.begin(scanned, 100);
      assertState(0, 123, 1, 2);
      scan.at(40);
      assertState(40, 123, 1, 2);
      expected.opened(indexed);
      assertState(60, 123, 1, 1);
      scan.end();
      expected.opened(scanned);
      assertState(120, 123, 0, 1);
    }
    assertState(120, 120, 0, 0);
  }

  @Test
  void aScanThatNobodyExpectedCountsFromItsBeginning() {
    ScanProgress scan = ScanProgress.begin(directory.resolve("x"), 10);
    assertState(0, 10, 1, 0);
    scan.at(4);
    scan.end();
    assertState(10, 10, 0, 0);
  }
}
