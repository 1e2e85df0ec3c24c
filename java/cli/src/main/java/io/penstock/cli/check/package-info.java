/**
 * {@code checksum} and {@code verify}: checksums of the files of a dataset and of its records, the
 * manifest that keeps them, and the comparison of data with a manifest.
 *
 * <p>{@link io.penstock.cli.check.Manifests Manifests} is used by {@code read --verify}, too.
 */
package io.penstock.cli.check;
