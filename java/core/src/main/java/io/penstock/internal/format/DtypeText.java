package io.penstock.internal.format;

import io.penstock.array.ElementType;
import io.penstock.internal.report.Excerpt;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes structured types as NumPy does: as {@code dtype.descr}, as in .npy headers, or, for types
 * that it cannot express, as the dictionary that {@code numpy.dtype} takes.
 *
 * <p>What it owns: Python's quotes and escapes. The text must not become longer than readers
 * accept.
 */
final class DtypeText {
  /**
   * A thousand fields take some 20,000 characters; NumPy itself reads at most 10,000 by default.
   */
  static final int MAX_CHARACTERS = 1 << 17;

  private final StringBuilder text = new StringBuilder();
  private final boolean isNative;
  private boolean fitsHeader = true;

  private DtypeText(boolean isNative) {
    this.isNative = isNative;
  }

  static ElementType.Structure of(DataType.Struct struct) {
    DtypeText stored = new DtypeText(false);
    stored.append(struct);
    DtypeText turned = new DtypeText(true);
    turned.append(struct);
    return new ElementType.Structure(
        stored.text.toString(), turned.text.toString(), stored.fitsHeader);
  }

  private boolean isTooLong() {
    if (text.length() > MAX_CHARACTERS) {
      fitsHeader = false;
    }
    return !fitsHeader && text.length() > MAX_CHARACTERS;
  }

  private void append(DataType type) {
    switch (type) {
      case DataType.Plain(ElementType plain) ->
          text.append('\'').append((isNative ? plain.inNativeOrder() : plain).descr()).append('\'');
      case DataType.Objects _ -> text.append("'|O'");
      case DataType.Struct struct when isInOrder(struct) -> appendList(struct);
      case DataType.Struct struct -> appendDictionary(struct);
      case DataType.Repeated repeated -> {
        text.append('(');
        append(repeated.base());
        text.append(", ").append(Excerpt.tuple(repeated.shape())).append(')');
      }
    }
  }

  /** Whether each field begins where the one before it ended, or later. */
  private static boolean isInOrder(DataType.Struct struct) {
    long end = 0;
    for (DataType.FieldType field : struct.fields()) {
      if (field.offsetBytes() < end) {
        return false;
      }
      end = field.offsetBytes() + field.type().itemBytes();
    }
    return true;
  }

  private void appendList(DataType.Struct struct) {
    text.append('[');
    long end = 0;
    String separator = "";
    for (DataType.FieldType field : struct.fields()) {
      if (isTooLong()) {
        return;
      }
      separator = pad(separator, field.offsetBytes() - end);
      text.append(separator).append('(');
      if (field.title() == null) {
        quote(field.name());
      } else {
        text.append('(');
        quote(field.title());
        text.append(", ");
        quote(field.name());
        text.append(')');
      }
      text.append(", ");
      DataType base = field.type();
      List<Long> shape = List.of();
      while (base instanceof DataType.Repeated repeated) {
        List<Long> joined = new ArrayList<>(shape);
        joined.addAll(repeated.shape());
        shape = joined;
        base = repeated.base();
      }
      append(base);
      text.append(shape.isEmpty() ? "" : ", " + Excerpt.tuple(shape)).append(')');
      end = field.offsetBytes() + field.type().itemBytes();
      separator = ", ";
    }
    pad(separator, struct.itemBytes() - end);
    text.append(']');
  }

  /**
   * Bytes that belong to no field, written as NumPy does; and what separates them from the next
   * field.
   */
  private String pad(String separator, long bytes) {
    if (bytes == 0) {
      return separator;
    }
    text.append(separator).append("('', '|V").append(bytes).append("')");
    return ", ";
  }

  private void appendDictionary(DataType.Struct struct) {
    fitsHeader = false;
    text.append("{'names': [");
    String separator = "";
    for (DataType.FieldType field : struct.fields()) {
      text.append(separator);
      quote(field.name());
      separator = ", ";
    }
    text.append("], 'formats': [");
    separator = "";
    for (DataType.FieldType field : struct.fields()) {
      if (isTooLong()) {
        return;
      }
      text.append(separator);
      append(field.type());
      separator = ", ";
    }
    text.append("], 'offsets': ")
        .append(struct.fields().stream().map(DataType.FieldType::offsetBytes).toList())
        .append(", 'itemsize': ")
        .append(struct.itemBytes())
        .append('}');
  }

  /** As Python's repr of a string. */
  private void quote(String name) {
    char quote = name.indexOf('\'') >= 0 && name.indexOf('"') < 0 ? '"' : '\'';
    text.append(quote);
    name.codePoints().forEach(point -> escape(point, quote));
    text.append(quote);
  }

  private void escape(int point, char quote) {
    switch (point) {
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case '\\' -> text.append("\\\\");
      default -> {
        if (point == quote) {
          text.append('\\').append(quote);
        } else if (Excerpt.isVisible(point)) {
          text.appendCodePoint(point);
        } else if (point <= 0xff) {
          text.append("\\x%02x".formatted(point));
        } else {
          text.append((point <= 0xffff ? "\\u%04x" : "\\U%08x").formatted(point));
        }
      }
    }
  }
}
