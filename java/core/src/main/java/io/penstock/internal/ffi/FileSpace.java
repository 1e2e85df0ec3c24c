package io.penstock.internal.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Room for a file on its device, asked for before anything is written, so that a full disk is found
 * out at the beginning and writes need not look for room.
 *
 * <p>The one thing about files that the JDK has no call for: fallocate, of the C library that the
 * JVM itself uses. Stateless. It must not be used while a lock is held on the file: closing any
 * descriptor of a file gives up this process's locks on it.
 */
public final class FileSpace {
  private static final int O_WRONLY = 1;
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  /** The three calls; empty where the C library does not have them all. */
  private static final Optional<Calls> CALLS = Calls.find();

  private record Calls(MethodHandle open, MethodHandle close, MethodHandle fallocate) {
    static Optional<Calls> find() {
      Optional<MethodHandle> open =
          handle("open", FunctionDescriptor.of(INT, ValueLayout.ADDRESS, INT));
      Optional<MethodHandle> close = handle("close", FunctionDescriptor.of(INT, INT));
      Optional<MethodHandle> fallocate =
          handle("fallocate", FunctionDescriptor.of(INT, INT, INT, LONG, LONG));
      return open.isEmpty() || close.isEmpty() || fallocate.isEmpty()
          ? Optional.empty()
          : Optional.of(new Calls(open.get(), close.get(), fallocate.get()));
    }

    private static Optional<MethodHandle> handle(String function, FunctionDescriptor type) {
      Linker linker = Linker.nativeLinker();
      return linker
          .defaultLookup()
          .find(function)
          .map(
              address ->
                  linker.downcallHandle(address, type, Linker.Option.captureCallState("errno")));
    }
  }

  private FileSpace() {}

  /**
   * Asks for room, and makes the file so long.
   *
   * @param path an existing file
   * @param bytes how long it is going to be, at least 1
   * @return why there is no room: "ENOSPC", "EDQUOT" or "EFBIG"; empty if there is, or if the file
   *     system cannot tell
   */
  public static Optional<String> reserve(Path path, long bytes) {
    NativeLibrary.load(); // It has the names of statuses.
    if (CALLS.isEmpty()) {
      return Optional.empty(); // Then writes find out.
    }
    Calls calls = CALLS.get();
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(STATE);
      MemorySegment name = scratch.allocateFrom(path.toAbsolutePath().toString());
      int file = (int) calls.open.invokeExact(state, name, O_WRONLY);
      if (file < 0) {
        return Optional.empty(); // A name that this locale cannot write: only the room is unknown.
      }
      try {
        return reserve(calls.fallocate, file, bytes, state);
      } finally {
        int _ = (int) calls.close.invokeExact(state, file);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("a call of the C library failed", e);
    }
  }

  private static Optional<String> reserve(
      MethodHandle fallocate, int file, long bytes, MemorySegment state) throws Throwable {
    while (true) {
      if ((int) fallocate.invokeExact(state, file, 0, 0L, bytes) == 0) {
        return Optional.empty();
      }
      String status = NativeStatus.name(-(int) ERRNO.get(state, 0L));
      switch (status) {
        case "EINTR" -> {}
        case "ENOSPC", "EDQUOT", "EFBIG" -> {
          return Optional.of(status);
        }
        default -> {
          return Optional.empty(); // Not every file system has it; then writes find out.
        }
      }
    }
  }
}
