/**
 * JMH benchmarks: what one step costs when nothing has to wait for a device.
 *
 * <p>Each figure has a baseline in plain Java beside it, and each benchmark checks its result. A
 * test runs all of them once with tiny parameters, so that they cannot rot. Reading cold files,
 * beside other programs, is {@code io.penstock.bench.cold}.
 */
package io.penstock.bench;
