package io.penstock.internal.images;

import io.penstock.internal.images.generated.PenstockImages;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * The calls of C that are made for every record, with files and pixels as plain addresses: a
 * segment for each would be garbage. Signatures are those of the generated bindings, whose pointers
 * to files and pixels become numbers of the same size, which C is given in the same registers.
 *
 * <p>What it must not do: let anything else in by address. Who calls guarantees that the memory is
 * there until the call returns.
 */
final class AddressCalls {
  private static final MethodHandle READ_INFO =
      byAddress(
          PenstockImages.penstock_images_read_info$address(),
          PenstockImages.penstock_images_read_info$descriptor(),
          List.of(1));

  private static final MethodHandle DECODE =
      byAddress(
          PenstockImages.penstock_images_decode$address(),
          PenstockImages.penstock_images_decode$descriptor(),
          List.of(1, 4));

  private static final MethodHandle DECODE_APPLY =
      byAddress(
          PenstockImages.penstock_images_decode_apply$address(),
          PenstockImages.penstock_images_decode_apply$descriptor(),
          List.of(1, 5));

  private AddressCalls() {}

  private static MethodHandle byAddress(
      MemorySegment function, FunctionDescriptor descriptor, List<Integer> addresses) {
    MemoryLayout[] arguments = descriptor.argumentLayouts().toArray(MemoryLayout[]::new);
    for (int i : addresses) {
      if (!(arguments[i] instanceof AddressLayout)) {
        throw new IllegalStateException(
            "expected a pointer as argument %d of %s".formatted(i, descriptor));
      }
      arguments[i] = ValueLayout.JAVA_LONG;
    }
    FunctionDescriptor changed =
        FunctionDescriptor.of(descriptor.returnLayout().orElseThrow(), arguments);
    return Linker.nativeLinker().downcallHandle(function, changed);
  }

  static int readInfo(MemorySegment decoder, long file, long fileBytes, MemorySegment info) {
    try {
      return (int) READ_INFO.invokeExact(decoder, file, fileBytes, info);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int decode(
      MemorySegment decoder,
      long file,
      long fileBytes,
      MemorySegment request,
      long pixels,
      long pixelsBytes,
      MemorySegment size) {
    try {
      return (int)
          DECODE.invokeExact(decoder, file, fileBytes, request, pixels, pixelsBytes, 0L, size);
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  static int decodeApply(
      MemorySegment decoder,
      long file,
      long fileBytes,
      MemorySegment request,
      MemorySegment transform,
      long to,
      long toBytes,
      MemorySegment scratch) {
    try {
      return (int)
          DECODE_APPLY.invokeExact(
              decoder,
              file,
              fileBytes,
              request,
              transform,
              to,
              toBytes,
              scratch,
              scratch.byteSize());
    } catch (Throwable e) {
      throw unexpected(e);
    }
  }

  /** C throws nothing: this is a mistake in a signature. */
  private static IllegalStateException unexpected(Throwable e) {
    return new IllegalStateException("a call of libpenstock_images failed", e);
  }
}
