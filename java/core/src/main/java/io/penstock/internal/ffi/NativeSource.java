package io.penstock.internal.ffi;

import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.ffi.generated.penstock_file_info;
import io.penstock.internal.ffi.generated.penstock_shard;
import io.penstock.internal.platform.FileFacts;
import io.penstock.internal.platform.OpenFiles;
import io.penstock.internal.platform.PageAdvice;
import io.penstock.internal.platform.SlotLayout;
import io.penstock.internal.wait.DeviceCall;
import io.penstock.internal.wait.Patience;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToIntFunction;

/**
 * The open files of a dataset and where the records of each column lie in them.
 *
 * <p>What it owns: the native source, and the names that failures are told with. Files and columns
 * are added by one thread; then any thread may use it, and any may close it: no call reaches C but
 * through the {@link SharedHandle}. What asks the device on a user's thread, as {@link #probe}, has
 * another thread ask, and waits for a limited time; {@link #check}, {@link #advise} and {@link
 * #hint} are for the reading threads, and ask themselves.
 */
public final class NativeSource implements OpenFiles {
  private final List<FileFacts> files = new ArrayList<>();
  private final List<Path> objects = new ArrayList<>();
  private final List<String> columns = new ArrayList<>();
  private final SharedHandle handle;

  private NativeSource(MemorySegment source) {
    this.handle = new SharedHandle(source, "dataset", NativeSource::free);
  }

  private static void free(MemorySegment source) {
    int status = Penstock.penstock_source_close(source);
    if (status < 0) {
      throw new IllegalStateException(
          "files could not be closed: " + NativeStatus.describe(status));
    }
  }

  /** Makes a call that is not of the reading side. */
  int call(ToIntFunction<MemorySegment> function) {
    int pass = handle.enter();
    try {
      return function.applyAsInt(handle.object());
    } finally {
      handle.leave(pass);
    }
  }

  /**
   * Loads the library if need be, and makes an empty source.
   *
   * @return the source, to be closed by the caller
   * @throws PenstockException if the library cannot be loaded or memory is short
   */
  public static NativeSource open() {
    NativeLibrary.load();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment handle = scratch.allocate(ValueLayout.ADDRESS);
      int status = Penstock.penstock_source_open(handle);
      if (status < 0) {
        throw NativeStatus.failure(status, "the native library could not make a source");
      }
      return new NativeSource(handle.get(ValueLayout.ADDRESS, 0));
    }
  }

  @Override
  public int addFile(Path path) {
    if (!objects.isEmpty()) {
      throw new IllegalStateException("files have smaller numbers than objects: add them first");
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment info = penstock_file_info.allocate(scratch);
      MemorySegment name = scratch.allocateFrom(path.toAbsolutePath().toString());
      int status = call(source -> Penstock.penstock_source_add_file(source, name, info));
      if (status < 0) {
        throw NativeStatus.failure(path, status, "expected a readable regular file");
      }
      files.add(
          new FileFacts(
              path,
              penstock_file_info.size_bytes(info),
              penstock_file_info.inode(info),
              penstock_file_info.device(info),
              penstock_file_info.modified_ns(info),
              penstock_file_info.direct_offset_alignment(info),
              penstock_file_info.direct_memory_alignment(info)));
      return status;
    }
  }

  @Override
  public int addObject(Path path, long sizeBytes) {
    int number = call(source -> Penstock.penstock_source_add_object(source, sizeBytes));
    if (number < 0) {
      throw NativeStatus.failure(
          path, number, "expected at most %d bytes".formatted(Long.MAX_VALUE));
    }
    objects.add(path);
    return number;
  }

  @Override
  public void addColumn(String name, long recordBytes, List<Shard> shards, int[] fileNumbers) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment structs = penstock_shard.allocateArray(shards.size(), scratch);
      for (int i = 0; i < shards.size(); i++) {
        Shard shard = shards.get(i);
        MemorySegment struct = penstock_shard.asSlice(structs, i);
        penstock_shard.offset_bytes(struct, shard.dataOffset());
        penstock_shard.record_count(struct, shard.recordCount());
        penstock_shard.stride_bytes(struct, shard.strideBytes());
        penstock_shard.file(struct, fileNumbers[i]);
        penstock_shard.reserved(struct, 0);
      }
      int status =
          call(
              source ->
                  Penstock.penstock_source_add_column(source, recordBytes, structs, shards.size()));
      if (status < 0) {
        throw NativeStatus.failure(
            shards.getFirst().path(),
            status,
            "expected column '%s' of %d shards with records of %d bytes to fit into its files"
                .formatted(name, shards.size(), recordBytes));
      }
      columns.add(name);
    }
  }

  @Override
  public NativeTable addVariableColumn(String name) {
    int number = call(Penstock::penstock_source_add_variable_column);
    if (number < 0) {
      throw NativeStatus.failure(number, "column '" + name + "' could not be added");
    }
    columns.add(name);
    return new NativeTable(this, number, name);
  }

  @Override
  public FileFacts file(int number) {
    return files.get(number);
  }

  @Override
  public List<FileFacts> files() {
    return List.copyOf(files);
  }

  @Override
  public int fileCount() {
    return files.size();
  }

  @Override
  public Runnable check(Arena scratch) {
    NativeFailure failure = new NativeFailure(scratch);
    return () -> check(failure);
  }

  /** Allocates nothing. */
  private void check(NativeFailure failure) {
    int pass = handle.enter();
    int status;
    try {
      status = Penstock.penstock_source_check(handle.object(), failure.clear().struct());
    } finally {
      handle.leave(pass);
    }
    if (status < 0) {
      throw failure(status, failure);
    }
  }

  @Override
  public double cachedFraction(int file) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment pages = scratch.allocate(ValueLayout.JAVA_LONG, 2);
      MemorySegment total = pages.asSlice(Long.BYTES);
      if (call(source -> Penstock.penstock_source_cached(source, file, pages, total)) < 0) {
        return Double.NaN;
      }
      long all = total.get(ValueLayout.JAVA_LONG, 0);
      return all == 0 ? 1 : Math.min(1, (double) pages.get(ValueLayout.JAVA_LONG, 0) / all);
    }
  }

  @Override
  public MemorySegment map(int file, Arena arena) {
    return DeviceCall.get(files.get(file).path() + " was being mapped", () -> mapHere(file, arena));
  }

  private MemorySegment mapHere(int file, Arena arena) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment out = scratch.allocate(ValueLayout.JAVA_LONG, 2);
      MemorySegment bytes = out.asSlice(Long.BYTES);
      int status = call(source -> Penstock.penstock_source_map(source, file, out, bytes));
      if (status < 0) {
        throw NativeStatus.failure(
            files.get(file).path(), status, "expected a file that can be mapped");
      }
      return MemorySegment.ofAddress(out.get(ValueLayout.JAVA_LONG, 0))
          .reinterpret(bytes.get(ValueLayout.JAVA_LONG, 0), arena, null)
          .asReadOnly();
    }
  }

  @Override
  public void advise(int column, MemorySegment indices, int count, PageAdvice advice) {
    int pass = handle.enter();
    int status;
    try {
      status =
          Penstock.penstock_source_advise(handle.object(), column, indices, count, number(advice));
    } finally {
      handle.leave(pass);
    }
    if (status < 0) {
      throw NativeStatus.failure(
          status, "column '" + columns.get(column) + "': advice " + advice + " was refused");
    }
  }

  @Override
  public int hold() {
    return handle.enter();
  }

  @Override
  public void release(int pass) {
    handle.leave(pass);
  }

  @Override
  public Runnable quickCheck(Arena scratch) {
    return check(scratch);
  }

  @Override
  public boolean hasHints() {
    return true;
  }

  @Override
  public void hint(int column, MemorySegment indices, int first, int count) {
    int status = Penstock.penstock_source_hint(handle.object(), column, indices, first, count);
    if (status < 0) {
      throw NativeStatus.failure(
          status, "column '" + columns.get(column) + "': a hint was refused");
    }
  }

  /**
   * Reads one block in a given way, to see whether it works.
   *
   * @return null if it does, otherwise why not, as "EPERM, not permitted"
   * @throws PenstockException if the device does not answer, or the thread was interrupted
   */
  public String probe(ReaderOptions.NativeBackend backend, boolean isDirect) {
    int status =
        DeviceCall.get(
            "backend=%s was being tried".formatted(backend.name().toLowerCase(Locale.ROOT)),
            () -> tryOut(backend, isDirect));
    return status < 0 ? NativeStatus.describe(status) : null;
  }

  private int tryOut(ReaderOptions.NativeBackend backend, boolean isDirect) {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment failure = new NativeFailure(scratch).clear().struct();
      return call(
          source ->
              Penstock.penstock_backend_probe(
                  source,
                  OptionsStruct.number(backend),
                  OptionsStruct.numberOfIo(isDirect),
                  failure));
    }
  }

  /** As C has it. */
  private static int number(PageAdvice advice) {
    return switch (advice) {
      case NORMAL -> Penstock.PENSTOCK_ADVICE_NORMAL();
      case RANDOM -> Penstock.PENSTOCK_ADVICE_RANDOM();
      case SEQUENTIAL -> Penstock.PENSTOCK_ADVICE_SEQUENTIAL();
      case WILLNEED -> Penstock.PENSTOCK_ADVICE_WILLNEED();
      case DONTNEED -> Penstock.PENSTOCK_ADVICE_DONTNEED();
    };
  }

  @Override
  public SlotLayout slotLayout(int batchSize, long valueBytes) {
    return sizes().slotLayout(batchSize, valueBytes);
  }

  @Override
  public long tableBytes() {
    return sizes().tableBytes();
  }

  @Override
  public FilePages pages() {
    return new NativePages(this);
  }

  /** How much memory slots and readers of it take. */
  public SourceSizes sizes() {
    return new SourceSizes(this, columns.size());
  }

  @Override
  public void close(Patience patience) {
    handle.close(patience);
  }

  @Override
  public void close() {
    Patience patience = Patience.begin();
    try {
      close(patience);
    } finally {
      patience.end();
    }
  }

  /** What a reader goes through, and stays behind as long as it is open. */
  SharedHandle handle() {
    return handle;
  }

  /** A failure that C has described. */
  PenstockException failure(int status, NativeFailure failure) {
    int file = failure.file();
    Path path =
        file < 0
            ? null
            : file < files.size() ? files.get(file).path() : objects.get(file - files.size());
    String column = failure.column() < 0 ? null : columns.get(failure.column());
    return failure.exception(status, path, column);
  }
}
