/**
 * The only door to the C library.
 *
 * <p>It loads the native library, owns its handles, and turns statuses into exceptions. No other
 * package sees the bindings in {@code internal.ffi.generated}, which jextract makes from
 * penstock.h. It contains no policy: whether to fall back, and what to read, others decide.
 */
package io.penstock.internal.ffi;
