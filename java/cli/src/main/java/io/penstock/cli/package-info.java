/**
 * The command line: {@link io.penstock.cli.Main Main} parses it, runs one command and exits.
 *
 * <p>Each group of commands has a package, and files of one command lie together: {@code check}
 * (checksum, verify), {@code demo}, {@code info}, {@code make} (convert, create, take, shuffle),
 * {@code order}, {@code read} and {@code tune}. This package knows them all; none of them knows
 * this package. They share {@code options} (parsing), {@code command} (streams, progress, failures
 * and exit codes) and {@code text} (numbers and tables for people); {@code help} has help, version,
 * examples and completion. A command gets its streams when it is made.
 */
package io.penstock.cli;
