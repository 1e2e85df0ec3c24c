/**
 * Checksums, which show whether records and files are still what they were.
 *
 * <p>Two kinds of CRC32C (the Castagnoli polynomial, as in iSCSI, ext4 and Parquet; processors have
 * an instruction for it), each with its own use:
 *
 * <ul>
 *   <li>of files: one for each MiB of a whole file, header and gaps included. {@code penstock
 *       checksum} writes them into its manifest. They are checked at the speed of the device,
 *       whatever the file contains.
 *   <li>{@link io.penstock.checksum.RecordChecksums of records}: one for each record of each
 *       column, as it is stored. They identify damaged records, and can be checked one by one in
 *       any order: a loader does so while it reads, see {@link io.penstock.LoaderBuilder#verify}.
 * </ul>
 *
 * {@snippet lang="java" :
 * try (Dataset dataset = Dataset.open(images)) {
 *   RecordChecksums.write(dataset, checksums, false, records -> {}); // once, while all is well
 *   try (Loader loader =
 *       dataset
 *           .loader()
 *           .batchSize(128)
 *           .verify(checksums)
 *           .badRecordPolicy(BadRecordPolicy.SKIP)
 *           .build()) {
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
 * checksums["images"][7]} is the CRC32C of record 7 of column "images". It fits a dataset whose
 * columns have these names and the same number of records; columns that only one of both has are
 * ignored. It contains no paths or times, so it may be moved with the data.
 *
 * <p><b>The manifest</b> of {@code penstock checksum}, {@code manifest/1}, is a JSON object: {@code
 * penstock} (this version), {@code records} (their number), {@code columns} (name, dtype, shape of
 * a record, paths as they were given, window and windowStride or null, offsets, the paths of what
 * divides values into records, or null, and folder, the pattern and digest of a folder of files, or
 * null), {@code files} (path, bytes, and crc32c: 8 hexadecimal digits for each MiB, in one string;
 * none for a folder), {@code recordChecksums} (the same for the file above) and {@code fingerprint}
 * (SHA-256 over columns and files without their paths: the same for the same contents anywhere; of
 * folders, over the checksums of their records). Paths are relative to the manifest. Only the
 * command line reads it, as that takes a JSON library; the library itself does not need it.
 * Processes that write the shards of one dataset together make both files as they go: {@link
 * io.penstock.checksum.ShardChecksums}.
 */
@NullMarked
package io.penstock.checksum;

import org.jspecify.annotations.NullMarked;
