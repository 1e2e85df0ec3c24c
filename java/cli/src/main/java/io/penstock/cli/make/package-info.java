/**
 * The commands that make .npy files: {@code convert}, {@code create}, {@code take} and {@code
 * shuffle}, with the options and the report that they share. What {@code convert} and {@code
 * create} read from is in {@link io.penstock.cli.convert}.
 */
package io.penstock.cli.make;
