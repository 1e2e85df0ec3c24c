package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.mds.MdsFolder;
import io.penstock.internal.format.mds.MdsShard;
import java.nio.file.Path;

/** Lists of the MDS shards in a folder, {@code index.json}. */
class MdsListFuzzTest {
  private static final Path LIST = AnyFile.file("index.json");

  @FuzzTest(maxDuration = "20s")
  void everyListIsReadOrRefused(byte[] text) {
    AnyFile.write(LIST, text);
    Path folder = LIST.getParent();
    try {
      boolean isOne = MdsFolder.isOne(folder);
      MdsFolder read = MdsFolder.open(folder);
      assertThat(read.shards()).isNotEmpty();
      for (MdsShard shard : read.shards()) {
        assertThat(read.path(shard.raw()).normalize()).startsWithRaw(folder);
        assertThat(shard.samples()).isNotNegative();
      }
      assertThat(isOne).isTrue();
    } catch (PenstockException e) {
      assertThat(e.getMessage())
          .contains(LIST.toString())
          .doesNotContain("\n")
          .hasSizeLessThan(2000);
    }
  }
}
