package io.penstock.cli.convert;

import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The elements of an array that comes one after another, with errors that name the file and the
 * part: a problem of a chunk is useless to a user who does not know the array.
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
    // Providers of formats say it all; what is found in text is a fact only.
    String reason =
        found.contains("expected ")
            ? found
            : "expected elements one after another, found that %s: make or copy the file again"
                .formatted(found);
    return PenstockException.about(array.path(), part + reason, e);
  }
}
