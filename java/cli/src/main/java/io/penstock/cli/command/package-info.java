/**
 * What every command stands on: streams and their reader, progress bars, signals, JSON, warnings
 * about memory, and how a failure becomes a line and an exit code.
 *
 * <p>Commands write to {@link io.penstock.cli.command.Streams Streams} only, and throw what went
 * wrong; nothing here knows a command.
 */
package io.penstock.cli.command;
