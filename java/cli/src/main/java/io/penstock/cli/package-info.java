/**
 * The command line: one class per command, and the pieces that commands share: exit codes and
 * failures, streams, JSON, sizes, options of columns and of loading.
 */
package io.penstock.cli;
