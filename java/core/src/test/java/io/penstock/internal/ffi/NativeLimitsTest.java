package io.penstock.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.options.Readahead;
import io.penstock.sampler.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Packages below the bindings refuse just what C would refuse, and calls for writers do their work.
 */
@Tag("platform")
class NativeLimitsTest {
  /** They must be known without the bindings. */
  @Test
  void theyAreThoseOfTheHeader() {
    assertThat(NativeLimits.MAX_RECORDS).isEqualTo(1L << Penstock.PENSTOCK_MAX_RECORDS_LOG2());
    assertThat(NativeLimits.MAX_COLUMNS).isEqualTo(Penstock.PENSTOCK_MAX_COLUMNS());
    assertThat(NativeLimits.MAX_ENTRIES).isEqualTo(1 << Penstock.PENSTOCK_MAX_ENTRIES_LOG2());
    assertThat(NativeLimits.MAX_SLOT_BATCHES).isEqualTo(Penstock.PENSTOCK_MAX_SLOT_BATCHES());
    assertThat(NativeLimits.MAX_QUEUE_DEPTH).isEqualTo(Penstock.PENSTOCK_MAX_QUEUE_DEPTH());
    assertThat(NativeLimits.MAX_READ_BYTES).isEqualTo(Penstock.PENSTOCK_MAX_READ_BYTES());
    assertThat(NativeLimits.MAX_REQUEST_RECORDS).isEqualTo(Penstock.PENSTOCK_MAX_REQUEST_RECORDS());
    assertThat(NativeLimits.RESERVE_BATCHES).isEqualTo(Penstock.PENSTOCK_RESERVE_BATCHES());
    assertThat(NativeLimits.BLOCK_BYTES).isEqualTo(Penstock.PENSTOCK_BLOCK_BYTES());
    assertThat(NativeLimits.GUESS_REQUEST_NANOS).isEqualTo(Penstock.PENSTOCK_GUESS_REQUEST_NS());
    assertThat(NativeLimits.GUESS_BYTE_PICOS).isEqualTo(Penstock.PENSTOCK_GUESS_BYTE_PS());
  }

  @Test
  void readaheadTakesWhatReadersTake() {
    int depth = NativeLimits.MAX_QUEUE_DEPTH;
    int most = NativeLimits.MAX_READ_BYTES;
    int least = NativeLimits.BLOCK_BYTES;

    assertThat(Readahead.parse("queueDepth=" + depth).queueDepth()).isEqualTo(depth);
    assertThat(Readahead.parse("maxRead=" + most).maxReadBytes()).isEqualTo(most);
    assertThat(Readahead.parse("maxRead=" + least).maxReadBytes()).isEqualTo(least);
    for (String tooMuch :
        new String[] {
          "queueDepth=" + (depth + 1), "maxRead=" + (most + 1), "maxRead=" + (least - 1)
        }) {
      assertThatIllegalArgumentException().isThrownBy(() -> Readahead.parse(tooMuch));
    }
  }

  @Test
  void samplersHaveAsManyRecordsAsDatasets() {
    assertThat(Sampler.of(NativeLimits.MAX_RECORDS, 0).recordCount())
        .isEqualTo(NativeLimits.MAX_RECORDS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sampler.of(NativeLimits.MAX_RECORDS + 1, 0));
  }

  @Test
  void roomIsReservedAndAnAbsurdSizeIsRefused(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("file"), new byte[] {1, 2, 3});

    assertThat(FileSpace.reserve(file, 1 << 20)).isEmpty();
    assertThat(Files.readAllBytes(file)).startsWith(1, 2, 3);
    assertThat(FileSpace.reserve(file, Long.MAX_VALUE).stream().toList())
        .isSubsetOf("EFBIG", "ENOSPC");
  }

  @Test
  void pagesHaveThePowerOfTwoThatTheKernelSays() {
    assertThat(Long.bitCount(NativePages.pageBytes())).isOne();
    assertThat(NativePages.pageBytes()).isGreaterThanOrEqualTo(4096);
  }
}
