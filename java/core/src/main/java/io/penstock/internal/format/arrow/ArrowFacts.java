package io.penstock.internal.format.arrow;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.internal.format.arrow.ArrowBatch.Buffer;
import io.penstock.internal.index.IndexBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What an index keeps of a file besides its columns: columns that cannot be read and why, which
 * columns are masks, and where dictionaries lie. Names have no line breaks.
 */
final class ArrowFacts {
  private static final String REFUSED = "refused ";
  private static final String MASK = "mask ";
  private static final String DICTIONARY = "dictionary ";

  /** A column that cannot be read. */
  record Refused(String name, String problem) {}

  /**
   * Where the values of a dictionary lie.
   *
   * @param name of the part
   * @param element type of the values
   * @param shape of a value of one size; empty for strings
   * @param count of values
   * @param dataOffset where they begin
   * @param dataBytes their size
   * @param offsets type of the offsets of strings; empty for values of one size
   * @param offsetsOffset where these begin
   */
  record Dictionary(
      String name,
      ElementType element,
      Shape shape,
      long count,
      long dataOffset,
      long dataBytes,
      Optional<ElementType> offsets,
      long offsetsOffset) {}

  private final IndexBuilder found;
  private int refused;
  private int masks;
  private int dictionaries;

  ArrowFacts(IndexBuilder found) {
    this.found = found;
  }

  void refuse(String name, String problem) {
    found.fact(REFUSED + refused++, name + "\n" + problem);
  }

  /** A column with nulls has its plain name refused, so that nobody reads them unawares. */
  void nullable(String name, String values, String mask, long nulls, long first) {
    found.fact(MASK + masks++, mask);
    refuse(
        name,
        ("expected a column without nulls, found %d, the first in record %d: name '%s' with the"
                + " mask '%s', which is 0 where there is no value, or fill them (fill_null)")
            .formatted(nulls, first, values, mask));
  }

  /** The dictionary of a column, in one piece, without nulls. */
  void dictionary(String name, ArrowColumn column, ArrowBatch batch, boolean isBig) {
    long rows = batch.rows();
    String element = column.element().descr();
    if (column.kind() == ArrowColumn.Kind.FIXED) {
      long bytes = Math.multiplyExact(rows, column.itemBytes());
      Buffer data = batch.buffer(column.data(), bytes, "values of '" + name + "'");
      add(name, element, shape(column.shape()), rows, data.offset(), bytes, "", 0);
      return;
    }
    int width = column.offsetBytes();
    Buffer offsets =
        batch.buffer(
            column.offsets(),
            rows == 0 ? 0 : Math.multiplyExact(rows + 1, width),
            "offsets of '" + name + "'");
    Buffer data = batch.buffer(column.data(), 0, "values of '" + name + "'");
    add(
        name,
        element,
        "",
        rows,
        data.offset(),
        data.bytes(),
        (isBig ? ">i" : "<i") + width,
        offsets.offset());
  }

  private void add(
      String name,
      String element,
      String shape,
      long count,
      long dataOffset,
      long dataBytes,
      String offsets,
      long offsetsOffset) {
    found.fact(
        DICTIONARY + dictionaries++,
        String.join(
            "\n",
            name,
            element,
            shape,
            Long.toString(count),
            Long.toString(dataOffset),
            Long.toString(dataBytes),
            offsets,
            Long.toString(offsetsOffset)));
  }

  private static String shape(Shape shape) {
    return String.join(" ", shape.toList().stream().map(String::valueOf).toList());
  }

  /**
   * The columns that cannot be read.
   *
   * @param fact gives a fact, or null
   */
  static List<Refused> refused(Function<String, String> fact) {
    return texts(fact, REFUSED).stream()
        .map(text -> text.split("\n", 2))
        .map(parts -> new Refused(parts[0], parts[1]))
        .toList();
  }

  /** The names of the masks. */
  static List<String> masks(Function<String, String> fact) {
    return texts(fact, MASK);
  }

  /** The dictionaries that can be read. */
  static List<Dictionary> dictionaries(Function<String, String> fact) {
    return texts(fact, DICTIONARY).stream().map(ArrowFacts::dictionary).toList();
  }

  private static Dictionary dictionary(String text) {
    String[] parts = text.split("\n", -1);
    List<Long> sizes = new ArrayList<>();
    for (String size : parts[2].split(" ", -1)) {
      if (!size.isEmpty()) {
        sizes.add(Long.parseLong(size));
      }
    }
    return new Dictionary(
        parts[0],
        ElementType.parse(parts[1]),
        Shape.of(sizes),
        Long.parseLong(parts[3]),
        Long.parseLong(parts[4]),
        Long.parseLong(parts[5]),
        parts[6].isEmpty() ? Optional.empty() : Optional.of(ElementType.parse(parts[6])),
        Long.parseLong(parts[7]));
  }

  private static List<String> texts(Function<String, String> fact, String key) {
    List<String> texts = new ArrayList<>();
    for (String text = fact.apply(key + 0); text != null; text = fact.apply(key + texts.size())) {
      texts.add(text);
    }
    return texts;
  }
}
