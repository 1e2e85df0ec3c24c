/**
 * Measures a device and forecasts how fast it would be, for {@code penstock tune}.
 *
 * <p>In comes an open file; out go measurements, the readahead flags that suit the device, and
 * forecasts by memory. It reads through the C library as a loader does.
 */
package io.penstock.internal.tune;
