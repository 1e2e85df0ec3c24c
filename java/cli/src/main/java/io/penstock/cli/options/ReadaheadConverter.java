package io.penstock.cli.options;

import io.penstock.options.Readahead;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses readahead flags. */
public final class ReadaheadConverter implements ITypeConverter<Readahead> {
  @Override
  public Readahead convert(String flags) {
    try {
      return Readahead.parse(flags);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
