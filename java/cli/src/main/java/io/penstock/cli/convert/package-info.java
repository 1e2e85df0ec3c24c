/**
 * What {@code convert}, {@code create} and {@code take} make files of: records of one known type
 * that come one after another, whatever format they were in.
 *
 * <p>One class per format, all of them a {@link io.penstock.cli.convert.RecordSource RecordSource};
 * {@link io.penstock.cli.convert.Sources Sources} finds the one for a path. {@link
 * io.penstock.cli.convert.SelectedSource SelectedSource} and {@link
 * io.penstock.cli.convert.CastSource CastSource} are laid over others. Memory is bounded by about 4
 * MiB, or two records where those are larger, for each source, whatever the size of the data.
 */
package io.penstock.cli.convert;
