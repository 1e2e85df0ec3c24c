package io.penstock.cli.convert;

import io.penstock.array.StreamedArray;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads the elements of an array as a stream. Errors name the file and the part: the number of a
 * chunk means nothing to a user.
 */
final class StreamedElements extends FilterInputStream {
  private final StreamedArray array;

  private StreamedElements(StreamedArray array, InputStream elements) {
    super(elements);
    this.array = array;
  }

  /** Opens the elements; throws PenstockException, as reading does. */
  static InputStream open(StreamedArray array) {
    try {
      return new StreamedElements(array, array.source().open());
    } catch (IOException e) {
      throw problem(array, e);
    }
  }

  @Override
  public int read() {
    try {
      return in.read();
    } catch (IOException e) {
      throw problem(array, e);
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    try {
      return in.read(bytes, offset, length);
    } catch (IOException e) {
      throw problem(array, e);
    }
  }

  private static PenstockException problem(StreamedArray array, IOException e) {
    String part = array.part().isEmpty() ? "" : "'" + array.part() + "': ";
    String found = e.getMessage() == null ? "they end early" : e.getMessage();
    // Failures of format providers are complete messages; those of text are facts only.
    String reason =
        found.contains("expected ")
            ? found
            : "expected elements one after another, found that %s: make or copy the file again"
                .formatted(found);
    return PenstockException.about(ErrorKind.WRONG_FORMAT, array.path(), part + reason, e);
  }
}
