package io.penstock.internal.gather;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.TestColumn.RecordKind;
import io.penstock.WithoutNative;
import io.penstock.internal.ffi.NativeSource;
import io.penstock.internal.ffi.ReaderOptions;
import io.penstock.internal.plan.Landing;
import io.penstock.internal.plan.ReaderMemory;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.options.Readahead;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The contract, for each way of reading, and for both kinds of records. */
@Tag("platform")
@ParameterizedClass
@EnumSource
class GathererTest {
  private final RecordKind kind;

  GathererTest(RecordKind kind) {
    this.kind = kind;
  }

  @Nested
  class UringDirect extends NativeContract {
    UringDirect() {
      super(kind, ReaderOptions.NativeBackend.URING, true, false);
    }
  }

  @Nested
  class UringBuffered extends NativeContract {
    UringBuffered() {
      super(kind, ReaderOptions.NativeBackend.URING, false, false);
    }
  }

  @Nested
  class PreadDirect extends NativeContract {
    PreadDirect() {
      super(kind, ReaderOptions.NativeBackend.PREAD, true, false);
    }
  }

  @Nested
  class PreadBuffered extends NativeContract {
    PreadBuffered() {
      super(kind, ReaderOptions.NativeBackend.PREAD, false, false);
    }
  }

  @Nested
  class UringDirectWithCells extends NativeContract {
    UringDirectWithCells() {
      super(kind, ReaderOptions.NativeBackend.URING, true, true);
    }
  }

  @Nested
  class UringBufferedWithCells extends NativeContract {
    UringBufferedWithCells() {
      super(kind, ReaderOptions.NativeBackend.URING, false, true);
    }
  }

  @Nested
  class PreadBufferedWithCells extends NativeContract {
    PreadBufferedWithCells() {
      super(kind, ReaderOptions.NativeBackend.PREAD, false, true);
    }
  }

  @Nested
  class External extends NativeContract {
    External() {
      super(kind, ReaderOptions.NativeBackend.EXTERNAL, false, false);
    }
  }

  @Nested
  class ExternalWithCells extends NativeContract {
    ExternalWithCells() {
      super(kind, ReaderOptions.NativeBackend.EXTERNAL, false, true);
    }
  }

  @Nested
  class Mapped extends GathererContract {
    Mapped() {
      super(kind);
    }

    @Override
    Gatherer open(TestSource source, int batchSize) {
      return new MappedGatherer(source.source, source.mapped(batchSize), true, false);
    }
  }

  @Nested
  class MappedAndDroppedBehind extends GathererContract {
    MappedAndDroppedBehind() {
      super(kind);
    }

    @Override
    Gatherer open(TestSource source, int batchSize) {
      return new MappedGatherer(source.source, source.mapped(batchSize), false, true);
    }
  }

  /** From the page cache while it is being filled, and from the mapping in the end. */
  @Nested
  class Warming extends GathererContract {
    Warming() {
      super(kind);
    }

    @Override
    Gatherer open(TestSource source, int batchSize) {
      Gatherer reader = new PreadBuffered().open(source, batchSize);
      Gatherer mapped = new MappedGatherer(source.source, source.mapped(batchSize), false, false);
      return new WarmingGatherer(
          reader, mapped, new PageCacheWarmer(NONE, List.of(), 0, () -> true));
    }

    private static final OpenFiles.FilePages NONE =
        new OpenFiles.FilePages() {
          @Override
          public OptionalLong missingBytes(int file, long offsetBytes, long lengthBytes) {
            return OptionalLong.empty();
          }

          @Override
          public void fetch(int file, long offsetBytes, long lengthBytes) {}

          @Override
          public void populate(int file, long offsetBytes, long lengthBytes) {}
        };
  }

  @Nested
  class Java extends JavaContract {
    Java() {
      super(kind, "", false);
    }
  }

  @Nested
  class JavaByOneThread extends JavaContract {
    JavaByOneThread() {
      super(kind, "ioThreads=1,mergeGap=0,maxRead=4k", false);
    }
  }

  /** Windows end when the consumer has nothing else to wait for. */
  @Nested
  class JavaByWindows extends JavaContract {
    JavaByWindows() {
      super(kind, "ioThreads=3", true);
    }
  }

  abstract static class JavaContract extends GathererContract {
    private final String flags;
    private final boolean isWindowed;

    JavaContract(RecordKind kind, String flags, boolean isWindowed) {
      super(kind);
      this.flags = flags;
      this.isWindowed = isWindowed;
    }

    @Override
    Gatherer open(TestSource source, int batchSize) {
      return new JavaGatherer(
          new JavaReading(
              source.source,
              source.columns,
              source.locators(),
              source.columns.stream().map(_ -> 1).toList(),
              List.of(),
              Optional.empty(),
              Readahead.parse(flags),
              batchSize,
              new ReaderMemory(new Landing.InSlots(), isWindowed, 1 << 20, 4 * batchSize, 0)),
          batchSize);
    }
  }

  /** The oracle itself. */
  @Nested
  class FileChannels extends GathererContract {
    FileChannels() {
      super(kind);
    }

    @Override
    Gatherer open(TestSource source, int batchSize) {
      return new ChannelGatherer(source);
    }
  }

  /** The files as C has them; skips the test where the library is not loaded. */
  static NativeSource assumeNative(TestSource source) {
    WithoutNative.assumeNative("a reader in C");
    return (NativeSource) source.source;
  }

  abstract static class NativeContract extends GathererContract {
    private static final int STAGING_BYTES = 1 << 20;

    private final ReaderOptions.NativeBackend backend;
    private final boolean isDirect;
    private final boolean hasCells;

    NativeContract(
        RecordKind kind, ReaderOptions.NativeBackend backend, boolean isDirect, boolean hasCells) {
      super(kind);
      this.backend = backend;
      this.isDirect = isDirect;
      this.hasCells = hasCells;
    }

    @Override
    boolean hasCells() {
      return hasCells;
    }

    @Override
    Gatherer open(TestSource source, int batchSize) {
      assumeTrue(!isDirect || source.isAligned(), "this file system has no direct reads");
      String refusal = assumeNative(source).probe(backend, isDirect);
      assumeTrue(refusal == null, () -> backend + " is refused here: " + refusal);
      ReaderOptions options = options(source, batchSize);
      NativeGatherer reader = new NativeGatherer(assumeNative(source), options, 0);
      return backend == ReaderOptions.NativeBackend.EXTERNAL
          ? new ExternalGatherer(
              reader, options.queueDepth(), 3, FileParts::new, (_, failure) -> failure)
          : reader;
    }

    /** Little of everything, so that the limits are met: requests, staging, cells. */
    private ReaderOptions options(TestSource source, int batchSize) {
      int cells = hasCells ? 6 * batchSize + 64 : 0;
      int entries = Math.max(4 * batchSize, 2 * cells);
      return new ReaderOptions(
          backend,
          isDirect,
          16,
          8192,
          256 << 10,
          STAGING_BYTES,
          entries,
          source.hasVariable() ? 0 : cells,
          batchSize,
          0,
          true,
          true,
          false,
          0,
          true,
          true,
          true,
          false,
          cellsByBytes(source, batchSize, cells, entries));
    }

    private static ReaderOptions.CellsByBytes cellsByBytes(
        TestSource source, int batchSize, int cells, int entries) {
      if (!source.hasVariable()) {
        return ReaderOptions.CellsByBytes.NONE;
      }
      Landing landing = cells == 0 ? new Landing.InSlots() : new Landing.InCells(cells);
      return ChunkSizes.of(
              assumeNative(source),
              source.longestBytes(),
              source.meanBytes(),
              source.valueBytes(batchSize))
          .of(Readahead.parse(""), new ReaderMemory(landing, false, STAGING_BYTES, entries, 0));
    }
  }
}
