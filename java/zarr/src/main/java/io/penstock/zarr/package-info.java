/**
 * Zarr version 2 for Penstock: arrays are converted, since their chunks are files, compressed as a
 * rule, and nothing lies in place.
 *
 * <p>There is no API to call: with this jar on the class path, {@code penstock convert x.zarr
 * x.npy} writes an array out, {@code x.zarr#a/b} one of a group, and {@link
 * io.penstock.format.Formats#streamed} reads it in code; one row of chunks is in memory at a time.
 *
 * <p><b>Why this is no library of others</b>: zarr-java, the one that is kept up, brings NetCDF and
 * the clients of S3 and HTTP along, has no float16, complex numbers, times or strings of fixed
 * length, and no gzip or lz4. What Zarr adds to its compressors, for which there are libraries, is
 * little.
 */
package io.penstock.zarr;
