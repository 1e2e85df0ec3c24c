package io.penstock.hdf5;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.spi.FormatProvider;
import io.penstock.spi.FoundArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the datasets of an HDF5 file: contiguous ones and those in plain chunks of whole records
 * are read in place, other chunked ones from beginning to end, and the others are refused with a
 * reason.
 *
 * <p>What it owns: the door to the core. Faults of a dataset become its reason, faults of the file
 * a {@link PenstockException}.
 */
public final class Hdf5Format implements FormatProvider {
  private static final String SIGNATURE = "\u0089HDF\r\n\u001a\n";

  /** For {@link java.util.ServiceLoader}. */
  public Hdf5Format() {}

  @Override
  public String name() {
    return "hdf5";
  }

  @Override
  public boolean recognizes(byte[] start) {
    return new String(start, StandardCharsets.ISO_8859_1).startsWith(SIGNATURE);
  }

  /** After a user block, as in files of MATLAB 7.3, it begins at 512, 1024, 2048 ... */
  @Override
  public boolean recognizes(Path file, byte[] start) throws IOException {
    return Hdf5File.hasSignature(file);
  }

  @Override
  public List<FoundArray> arrays(Path file) {
    return inside(file, walk -> walk.arrays());
  }

  @Override
  public Optional<FoundArray> find(Path file, String name) {
    return inside(file, walk -> walk.find(name));
  }

  /** A question about an open file. */
  private interface Question<T> {
    T ask(Walk walk) throws IOException;
  }

  private static <T> T inside(Path path, Question<T> question) {
    try (Hdf5File file = Hdf5File.open(path)) {
      return question.ask(new Walk(file));
    } catch (Hdf5Fault e) {
      throw PenstockException.about(ErrorKind.WRONG_FORMAT, path, e.getMessage(), e);
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKind.UNREADABLE, path, "expected a readable file, found: " + e.getMessage(), e);
    }
  }

  @Override
  public InputStream elements(Path path, String name) throws IOException {
    try {
      Hdf5File file = Hdf5File.open(path);
      try {
        Optional<ObjectHeader> header = PathFinder.find(file, name);
        if (header.isEmpty()) {
          throw new IOException("expected a dataset '%s', found none".formatted(name));
        }
        return StoredDataset.of(file, header.get()).elements();
      } catch (IOException | RuntimeException e) {
        file.close();
        throw e;
      }
    } catch (Hdf5Fault e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
