/**
 * {@code tune} measures a device and prints the readahead flags that suit it; {@code plan}
 * foretells epochs on a device that was measured, or is just named. Measuring and forecasts are in
 * the library; here are the commands, their reports and plots, and the file to measure with.
 */
package io.penstock.cli.tune;
