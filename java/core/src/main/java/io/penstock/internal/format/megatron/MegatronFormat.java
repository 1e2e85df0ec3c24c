package io.penstock.internal.format.megatron;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.NpyDescr;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.StoredArray;
import io.penstock.internal.format.ZipDirectory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Token data of Megatron and its kin: an index file (.idx) that says how the tokens in the file
 * beside it (.bin) are divided into sequences and documents.
 *
 * <p>The index: magic, version (64 bits, 1), code of the token type (8 bits), numbers of sequences
 * and of document boundaries (64 bits each), and then lengths (i4), pointers into the tokens (i8)
 * and document boundaries (i8), all little-endian. {@code FILE.idx} is the tokens; the arrays of
 * the index are its parts {@code lengths}, {@code pointers} and {@code documents}; its part {@code
 * sequences} has records of different sizes. An index of fairseq has the same magic, but neither
 * document boundaries nor their number: its size tells them apart.
 */
public final class MegatronFormat implements ArrayFormat {
  private static final byte[] MAGIC = "MMIDIDX\0\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final int HEADER_BYTES = 34;

  /** Without the number of documents, as fairseq has it. */
  private static final int SHORT_HEADER_BYTES = 26;

  /** A length and a pointer. */
  private static final int SEQUENCE_BYTES = 12;

  private static final String INDEX_SUFFIX = ".idx";
  private static final String TOKENS = "tokens";
  private static final String LENGTHS = "lengths";
  private static final String POINTERS = "pointers";
  private static final String SEQUENCES = "sequences";

  @Override
  public String name() {
    return "megatron";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return start.length >= MAGIC.length
        && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
  }

  @Override
  public Contents read(OpenFile file) {
    ByteBuffer header =
        ZipDirectory.little(file.read(0, SHORT_HEADER_BYTES, "the header of a token index"));
    long version = header.getLong(9);
    List<String> types = types(header.get(17));
    long sequences = header.getLong(18);
    if (version != 1 || types.isEmpty()) {
      throw file.problem(
          ("expected a token index of version 1 with a type code of 1 to 10, found version %d and"
                  + " code %d: it is damaged, or newer than this reader")
              .formatted(version, header.get(17)));
    }
    if (isWithoutDocuments(file, types, sequences)) {
      return contents(file, types, sequences, 0, SHORT_HEADER_BYTES);
    }
    long documents =
        ZipDirectory.little(file.read(SHORT_HEADER_BYTES, 8, "the header of a token index"))
            .getLong();
    long room = file.sizeBytes() - HEADER_BYTES;
    if (sequences < 0
        || documents < 0
        || sequences > room / SEQUENCE_BYTES
        || documents > (room - SEQUENCE_BYTES * sequences) / 8) {
      throw file.problem(
          ("token index is cut short: expected %d sequences and %d document boundaries, found %d"
                  + " bytes: make or copy it again")
              .formatted(sequences, documents, room));
    }
    return contents(file, types, sequences, documents, HEADER_BYTES);
  }

  /**
   * Decides by the size of the file. An index with documents that is cut short may have this size,
   * too, so the first pointers must also be those that follow from the first length.
   */
  private static boolean isWithoutDocuments(OpenFile file, List<String> types, long sequences) {
    long rest = file.sizeBytes() - SHORT_HEADER_BYTES;
    if (rest % SEQUENCE_BYTES != 0 || sequences != rest / SEQUENCE_BYTES) {
      return false;
    }
    if (sequences == 0) {
      return true;
    }
    long pointerOffset = SHORT_HEADER_BYTES + 4 * sequences;
    int count = (int) Math.min(2, sequences);
    ByteBuffer pointers =
        ZipDirectory.little(file.read(pointerOffset, 8 * count, "the first pointers"));
    int length = ZipDirectory.little(file.read(SHORT_HEADER_BYTES, 4, "the first length")).getInt();
    return pointers.getLong(0) == 0
        && (count == 1
            || types.stream()
                .anyMatch(
                    type -> pointers.getLong(8) == length * NpyDescr.plain(type).itemBytes()));
  }

  private Contents contents(
      OpenFile file, List<String> types, long sequences, long documents, int headerBytes) {
    long pointerOffset = headerBytes + 4 * sequences;
    List<Part> parts = new ArrayList<>();
    parts.add(tokens(file, types, sequences, pointerOffset));
    parts.add(field(file, LENGTHS, "<i4", sequences, headerBytes));
    parts.add(field(file, POINTERS, "<i8", sequences, pointerOffset));
    if (headerBytes == HEADER_BYTES) {
      parts.add(field(file, "documents", "<i8", documents, pointerOffset + 8 * sequences));
    }
    return new TokenIndex(parts);
  }

  /**
   * The arrays; three of them together are the sequences: tokens, where each sequence begins, and
   * how long it is.
   */
  private record TokenIndex(List<Part> parts) implements Contents {
    @Override
    public List<String> variableNames() {
      return List.of(SEQUENCES);
    }

    @Override
    public RecordLayout.Variable variable(String name) {
      return new RecordLayout.ByLengths(layout(TOKENS), layout(POINTERS), layout(LENGTHS));
    }

    private ArrayLayout layout(String name) {
      return find(name).orElseThrow().layout();
    }
  }

  /**
   * Programs differ in whether code 6 or 7 is the wider float, so the size of the tokens decides.
   */
  private static List<String> types(byte code) {
    return switch (code) {
      case 1 -> List.of("|u1");
      case 2 -> List.of("|i1");
      case 3 -> List.of("<i2");
      case 4 -> List.of("<i4");
      case 5 -> List.of("<i8");
      case 6 -> List.of("<f8", "<f4");
      case 7 -> List.of("<f4", "<f8");
      case 8 -> List.of("<u2");
      case 9 -> List.of("<u4");
      case 10 -> List.of("<u8");
      default -> List.of();
    };
  }

  private Part field(OpenFile file, String part, String descr, long count, long offset) {
    StoredArray array = StoredArray.of(NpyDescr.plain(descr), List.of(count), false, offset);
    return Part.field(array.parts(file, name(), part).getFirst().layout());
  }

  private Part tokens(OpenFile index, List<String> types, long sequences, long pointerOffset) {
    String indexName = index.path().getFileName().toString();
    if (!indexName.endsWith(INDEX_SUFFIX)) {
      return Part.refused(
          index.path(),
          TOKENS,
          "expected an index named NAME.idx with its tokens in NAME.bin: rename them");
    }
    String name = indexName.substring(0, indexName.length() - INDEX_SUFFIX.length()) + ".bin";
    Path path = index.path().resolveSibling(name);
    try {
      return tokens(index, path, types, sequences, pointerOffset);
    } catch (PenstockException e) {
      return Part.refused(index.path(), TOKENS, e.getMessage());
    }
  }

  private Part tokens(
      OpenFile index, Path path, List<String> types, long sequences, long pointerOffset) {
    try (OpenFile file = OpenFile.open(path)) {
      for (String descr : types) {
        DataType type = NpyDescr.plain(descr);
        if (endBytes(index, sequences, pointerOffset, type) == file.sizeBytes()) {
          long count = file.sizeBytes() / type.itemBytes();
          return StoredArray.of(type, List.of(count), false, 0)
              .parts(file, name(), TOKENS)
              .getFirst();
        }
      }
      throw file.problem(
          ("expected tokens of type %s up to byte %d, as the index says, found %d bytes: they do"
                  + " not belong together, or one is cut short")
              .formatted(
                  types.getFirst(),
                  endBytes(index, sequences, pointerOffset, NpyDescr.plain(types.getFirst())),
                  file.sizeBytes()));
    }
  }

  /** Where the last sequence ends. */
  private static long endBytes(OpenFile index, long sequences, long pointerOffset, DataType type) {
    if (sequences == 0) {
      return 0;
    }
    int length = ZipDirectory.little(index.read(pointerOffset - 4, 4, "the last length")).getInt();
    long pointer =
        ZipDirectory.little(index.read(pointerOffset + 8 * (sequences - 1), 8, "the last pointer"))
            .getLong();
    long bytes = length * type.itemBytes();
    return length < 0 || pointer < 0 || pointer > Long.MAX_VALUE - bytes ? -1 : pointer + bytes;
  }
}
