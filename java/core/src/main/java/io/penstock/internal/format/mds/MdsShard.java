package io.penstock.internal.format.mds;

import java.util.Map;
import java.util.Optional;

/**
 * A shard as the list of a folder has it.
 *
 * @param samples number of samples
 * @param compression of the compressed file, such as {@code zstd:7}; empty if there is none
 * @param raw the shard as it is read
 * @param compressed the same, compressed; it may be there in place of the raw one
 */
public record MdsShard(long samples, String compression, Listed raw, Optional<Listed> compressed) {
  /**
   * A file of the list.
   *
   * @param name its path, from the folder on
   * @param bytes its size
   * @param hashes its hashes in hexadecimal digits, by the names of their algorithms
   */
  public record Listed(String name, long bytes, Map<String, String> hashes) {}
}
