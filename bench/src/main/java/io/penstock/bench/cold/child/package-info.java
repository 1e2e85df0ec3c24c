/**
 * The contenders that run in a JVM, each in a process of its own: {@code ChildMain} speaks with the
 * harness over stdin and stdout, a {@code ChildReading} delivers records.
 *
 * <p>They must not know about the harness's package; what they are told comes in a {@code Job}.
 */
package io.penstock.bench.cold.child;
