/**
 * Checksums: whether records and files are still what they were.
 *
 * <p>Two kinds of CRC32C (the Castagnoli polynomial, as in iSCSI, ext4 and Parquet; processors have
 * an instruction for it), each for what it is good for:
 *
 * <ul>
 *   <li>{@link io.penstock.checksum.FileChecksums}: of each MiB of a whole file, header and gaps
 *       included. They are checked at the speed of the device, whatever is in the file.
 *   <li>{@link io.penstock.checksum.RecordChecksums}: of each record of each column, as it is
 *       stored. They name the record that is damaged, and can be checked one by one in any order: a
 *       loader does so while it reads, see {@link io.penstock.LoaderBuilder#verify}.
 * </ul>
 *
 * {@snippet lang="java" :
 * try (Dataset dataset = Dataset.open(images)) {
 *   RecordChecksums.write(dataset, checksums, false, records -> {}); // once, while all is well
 *   try (Loader loader =
 *       dataset.loader().batchSize(128).verify(checksums).badRecords(BadRecords.SKIP).build()) {
 *     for (Batch batch : loader.epoch(0)) { // damaged records are not in it
 *       count += batch.size();
 *     }
 *     damaged = loader.badRecords(); // which they are, and where they lie
 *   }
 * }
 * }
 *
 * <p><b>The file of record checksums</b>, version 1, is a {@code .npy} of a structured type with
 * one field of type {@code <u4} for each column, named as the column is, and one element for each
 * record. {@code numpy.load} shows it as an array {@code checksums}, in which {@code
 * checksums["images"][7]} is the CRC32C of record 7 of column "images". It fits to a dataset whose
 * columns have these names and as many records; columns that only one of both has do not matter.
 * Nothing of it is about paths or times: it may be moved with the data.
 *
 * <p><b>The manifest</b> of {@code penstock checksum}, {@code manifest/1}, is a JSON object: {@code
 * penstock} (this version), {@code records} (their number), {@code columns} (name, dtype, shape of
 * a record, paths as they were given, window and windowStride or null), {@code files} (path, bytes,
 * and crc32c: of each MiB 8 hexadecimal digits, in one string), {@code recordChecksums} (the same
 * of the file above) and {@code fingerprint} (SHA-256 over columns and files but their paths: the
 * same for the same contents anywhere). Paths are relative to the manifest. It takes a JSON library
 * to read, so it is the command line's, and the library itself needs nothing of it.
 */
package io.penstock.checksum;
