package io.penstock.cli.make;

import io.penstock.array.ElementType;
import io.penstock.cli.convert.Selection;
import io.penstock.cli.convert.SourceOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the values of options of {@code convert} mean; a wrong one is a wrong usage. */
final class MakingConverters {
  private MakingConverters() {}

  /** The name of an element type. */
  static final class TypeConverter implements ITypeConverter<ElementType> {
    @Override
    public ElementType convert(String text) {
      try {
        return ElementType.named(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** {@code HEIGHTxWIDTH}. */
  static final class SizeOfImages implements ITypeConverter<SourceOptions.ImageSize> {
    @Override
    public SourceOptions.ImageSize convert(String text) {
      try {
        return SourceOptions.ImageSize.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** A character, or the name of one. */
  static final class DelimiterConverter implements ITypeConverter<Character> {
    @Override
    public Character convert(String text) {
      return switch (text) {
        case "tab", "\\t" -> '\t';
        case "blanks" -> SourceOptions.BLANKS;
        default -> {
          if (text.length() != 1) {
            throw new TypeConversionException(
                "must be one character, tab or blanks, was '" + text + "'");
          }
          yield text.charAt(0);
        }
      };
    }
  }

  /** {@code START:STOP[:STEP]}. */
  static final class SelectionConverter implements ITypeConverter<Selection> {
    @Override
    public Selection convert(String text) {
      try {
        return Selection.parse(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }
}
