/**
 * Parquet for Penstock: columns are converted, since pages are compressed and nothing lies in
 * place.
 *
 * <p>There is no API to call: with this jar on the class path, {@code penstock convert
 * x.parquet#text text.npy} writes a column out, {@code penstock convert x.parquet DIRECTORY} all of
 * them, and {@link io.penstock.format.Formats#streamed} and {@link
 * io.penstock.format.Formats#streamedRecords} read one in code. All of them read page by page, in
 * memory that does not grow with the file.
 *
 * <ul>
 *   <li>Numbers, booleans, times and byte arrays of fixed length have records of one size; strings,
 *       byte arrays and lists of numbers have records of different sizes.
 *   <li>A field of a struct is {@code a.b}.
 *   <li>A column with nulls is refused under its plain name: {@code x.values} has zeros or empty
 *       records in their place, and {@code x.valid} is 0 there.
 *   <li>Maps, lists of anything but numbers, and variants are refused by name.
 * </ul>
 *
 * <p><b>Why hardwood reads the pages</b>: it is 1.3 MB without dependencies of its own.
 * parquet-hadoop reads the same files, but needs the classes of Hadoop: some 60 MB, with conflicts
 * of versions for everybody who has others.
 */
package io.penstock.parquet;
