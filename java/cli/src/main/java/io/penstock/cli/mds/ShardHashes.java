package io.penstock.cli.mds;

import io.penstock.internal.format.mds.MdsShard.Listed;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The hashes of one file as the list of its folder has them, computed while its bytes pass by.
 *
 * <p>Algorithms have the names of Python's hashlib. Those that Java does not have, such as xxh3_64,
 * are left out and named.
 */
public final class ShardHashes {
  /** The names that differ from Java's by more than a hyphen. */
  private static final Map<String, String> NAMES =
      Map.of(
          "md5", "MD5",
          "sha1", "SHA-1",
          "sha224", "SHA-224",
          "sha256", "SHA-256",
          "sha384", "SHA-384",
          "sha512", "SHA-512",
          "sha3_224", "SHA3-224",
          "sha3_256", "SHA3-256",
          "sha3_384", "SHA3-384",
          "sha3_512", "SHA3-512");

  private final Listed listed;
  private final Map<String, MessageDigest> digests = new TreeMap<>();
  private final List<String> unknown = new ArrayList<>();

  /**
   * Begins with no bytes.
   *
   * @param listed the file as the list has it
   */
  public ShardHashes(Listed listed) {
    this.listed = listed;
    for (String algorithm : listed.hashes().keySet()) {
      String name = NAMES.get(algorithm);
      try {
        if (name == null) {
          unknown.add(algorithm);
        } else {
          digests.put(algorithm, MessageDigest.getInstance(name));
        }
      } catch (NoSuchAlgorithmException e) {
        unknown.add(algorithm); // A Java without it: MD5, SHA-1 and SHA-256 are always there.
      }
    }
  }

  /**
   * Whether there is a hash that can be compared.
   *
   * @return false if Java has none of those in the list
   */
  public boolean isAny() {
    return !digests.isEmpty();
  }

  /**
   * Algorithms that cannot be computed here.
   *
   * @return their names in the list
   */
  public List<String> unknown() {
    return unknown;
  }

  /**
   * Takes the next bytes of the file.
   *
   * @param bytes the buffer stays as it is
   */
  public void update(ByteBuffer bytes) {
    digests.values().forEach(digest -> digest.update(bytes.duplicate()));
  }

  /**
   * What differs after all bytes have passed.
   *
   * @return an algorithm whose hash differs
   */
  public Optional<String> difference() {
    for (Map.Entry<String, MessageDigest> one : digests.entrySet()) {
      String found = HexFormat.of().formatHex(one.getValue().digest());
      String expected = listed.hashes().get(one.getKey()).toLowerCase(Locale.ROOT);
      if (!found.equals(expected)) {
        return Optional.of(one.getKey());
      }
    }
    return Optional.empty();
  }
}
