package io.penstock.cli.make;

import java.util.ArrayList;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What {@code convert} makes of the files of a folder. */
enum FolderForm {
  /** An array of records of one size. */
  NPY,
  /** An array of the values of all files, and one of offsets. */
  VALUES,
  /** An archive. */
  TAR;

  /** As it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  static final class FormConverter implements ITypeConverter<FolderForm> {
    @Override
    public FolderForm convert(String text) {
      return Stream.of(values())
          .filter(known -> known.toString().equals(text))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException("must be npy, values or tar, was '" + text + "'"));
    }
  }

  static final class Names extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Names() {
      super(Stream.of(values()).map(FolderForm::toString).toList());
    }
  }
}
