/**
 * Measures a device and forecasts how fast it would be, for {@code penstock tune} and {@code
 * penstock plan}.
 *
 * <p>To measure, an open file comes in; out go measurements and the readahead flags that suit the
 * device. It reads through the C library as a loader does. To forecast, sizes of records and the
 * figures of a device come in; out go times of epochs by memory. Nothing is read for that.
 */
package io.penstock.internal.tune;
