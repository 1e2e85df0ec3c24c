package io.penstock.cli.mds;

import com.github.luben.zstd.ZstdInputStream;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.report.Excerpt;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;
import org.brotli.dec.BrotliInputStream;

/** The compressions that MDS shards may have. All of them are unpacked as a stream. */
final class ShardDecompression {
  private static final int BUFFER_BYTES = 1 << 18;

  /** How far a reference may go back: compressors of Snappy work on pieces of 64 KiB. */
  private static final int SNAPPY_WINDOW_BYTES = 1 << 16;

  private ShardDecompression() {}

  /**
   * Opens a compressed shard.
   *
   * @param path of the shard
   * @param compression as the list has it, with a level or without: {@code zstd:7}
   * @return the raw shard
   * @throws PenstockException if the compression is not known
   * @throws IOException if the file cannot be read, or does not begin like such a file
   */
  static InputStream open(Path path, String compression) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(path), BUFFER_BYTES);
    try {
      int colon = compression.indexOf(':');
      return switch (colon < 0 ? compression : compression.substring(0, colon)) {
        case "zstd" -> new ZstdInputStream(in).setContinuous(false);
        case "gz" -> new GZIPInputStream(in, BUFFER_BYTES);
        case "bz2" -> new BZip2CompressorInputStream(in, true);
        case "br" -> new BrotliInputStream(in, BUFFER_BYTES);
        case "snappy" -> new SnappyCompressorInputStream(in, SNAPPY_WINDOW_BYTES);
        default ->
            throw PenstockException.about(
                ErrorKind.UNSUPPORTED,
                path,
                "expected a shard compressed with br, bz2, gz, snappy or zstd, found '%s': unpack it with the program that wrote it"
                    .formatted(Excerpt.of(compression, 0)));
      };
    } catch (IOException | RuntimeException | Error e) {
      in.close();
      throw e;
    }
  }
}
