package io.penstock.internal.format.mds;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Raw MDS shards as bytes, for tests: whole ones, and damaged ones. */
public final class MdsBytes {
  private final String configuration;
  private final boolean[] isVariable;
  private final List<byte[]> samples = new ArrayList<>();

  private MdsBytes(String configuration, boolean[] isVariable) {
    this.configuration = configuration;
    this.isVariable = isVariable;
  }

  /**
   * A shard without samples.
   *
   * @param names of the columns, as a list in JSON
   * @param encodings likewise
   * @param sizes likewise, null for values of different sizes
   */
  public static MdsBytes of(String names, String encodings, String sizes) {
    String[] words = sizes.replaceAll("[\\[\\] ]", "").split(",", -1);
    boolean[] isVariable = new boolean[words.length];
    for (int i = 0; i < words.length; i++) {
      isVariable[i] = words[i].equals("null");
    }
    return new MdsBytes(
        ("{\"column_encodings\": %s, \"column_names\": %s, \"column_sizes\": %s,"
                + " \"compression\": null, \"format\": \"mds\", \"hashes\": [],"
                + " \"size_limit\": 67108864, \"version\": 2}")
            .formatted(encodings, names, sizes),
        isVariable);
  }

  /** Adds a sample, with the values of all columns. */
  public MdsBytes sample(byte[]... values) {
    int bytes = 0;
    for (int i = 0; i < values.length; i++) {
      bytes += values[i].length + (isVariable[i] ? 4 : 0);
    }
    byte[] whole = new byte[bytes];
    ByteBuffer sample = little(whole);
    for (int i = 0; i < values.length; i++) {
      if (isVariable[i]) {
        sample.putInt(values[i].length);
      }
    }
    for (byte[] value : values) {
      sample.put(value);
    }
    return raw(whole);
  }

  /** Adds a sample as it is. */
  public MdsBytes raw(byte[] sample) {
    samples.add(sample);
    return this;
  }

  /** The whole shard. */
  public byte[] bytes() {
    byte[] text = configuration.getBytes(StandardCharsets.UTF_8);
    int at = 8 + 4 * samples.size() + text.length;
    int end = at + samples.stream().mapToInt(sample -> sample.length).sum();
    byte[] whole = new byte[end];
    ByteBuffer bytes = little(whole).putInt(samples.size()).putInt(at);
    for (byte[] sample : samples) {
      at += sample.length;
      bytes.putInt(at);
    }
    bytes.put(text);
    samples.forEach(bytes::put);
    return whole;
  }

  /** Where the first sample begins. */
  public int samplesAt() {
    return 8 + 4 * samples.size() + configuration.getBytes(StandardCharsets.UTF_8).length;
  }

  static byte[] int64(long value) {
    byte[] bytes = new byte[8];
    little(bytes).putLong(value);
    return bytes;
  }

  static byte[] int32s(int... values) {
    byte[] bytes = new byte[4 * values.length];
    little(bytes).asIntBuffer().put(values);
    return bytes;
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
