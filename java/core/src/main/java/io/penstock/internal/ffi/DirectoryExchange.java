package io.penstock.internal.ffi;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Lets two directories of a file system change their names in one step.
 *
 * <p>A directory that is not empty cannot be renamed over, and the JDK has no call for renameat2,
 * which can exchange them: that of the C library that the JVM itself uses. Stateless.
 */
public final class DirectoryExchange {
  private static final int AT_FDCWD = -100;
  private static final int RENAME_EXCHANGE = 2;
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  /** Empty where the C library has no such call, as musl. */
  private static final Optional<MethodHandle> RENAME =
      Linker.nativeLinker()
          .defaultLookup()
          .find("renameat2")
          .map(
              address ->
                  Linker.nativeLinker()
                      .downcallHandle(
                          address,
                          FunctionDescriptor.of(
                              INT, INT, ValueLayout.ADDRESS, INT, ValueLayout.ADDRESS, INT),
                          Linker.Option.captureCallState("errno")));

  private DirectoryExchange() {}

  /**
   * Exchanges two directories.
   *
   * @param one of them
   * @param other of them
   * @throws IOException if the file system cannot, or one of them is not there
   */
  public static void exchange(Path one, Path other) throws IOException {
    NativeLibrary.load(); // It has the names of statuses.
    if (RENAME.isEmpty()) {
      throw new FileSystemException(
          other.toString(),
          one.toString(),
          "it cannot be replaced in one step, as this C library has no renameat2: delete it first");
    }
    MethodHandle rename = RENAME.get();
    int status;
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment state = scratch.allocate(STATE);
      MemorySegment from = scratch.allocateFrom(one.toAbsolutePath().toString());
      MemorySegment to = scratch.allocateFrom(other.toAbsolutePath().toString());
      int result = (int) rename.invokeExact(state, AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE);
      status = result == 0 ? 0 : -(int) ERRNO.get(state, 0L);
    } catch (Throwable e) {
      throw new IllegalStateException("a call of the C library failed", e);
    }
    if (status != 0) {
      throw new FileSystemException(
          other.toString(),
          one.toString(),
          "it cannot be replaced in one step (" + NativeStatus.describe(status) + ")");
    }
  }
}
