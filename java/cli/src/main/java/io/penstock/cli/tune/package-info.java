/**
 * {@code tune}: measures a device and prints the readahead flags that suit it. The measuring itself
 * is in the library; here are the command, its report and plot, and the file to measure with.
 */
package io.penstock.cli.tune;
