package io.penstock.hdf5;

import io.penstock.array.Runs;
import io.penstock.array.Shape;
import io.penstock.spi.FoundArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A dataset as its object header describes it: shape, type, and how it is stored.
 *
 * <p>What it owns: the decision whether the elements can be read in place, one after another, or
 * not at all, with the reason; and the stream of them.
 */
final class StoredDataset {
  private static final String OUT =
      "write it out with 'penstock convert', with numpy.save, or with h5repack -l CONTI -f NONE";

  private final Hdf5File file;
  private final Dataspace space;
  private final H5Type stored;
  private final NumpyType type;
  private final Storage storage;
  private final Filters filters;
  private final FillValue fill;

  private StoredDataset(Hdf5File file, ObjectHeader header) throws IOException {
    this.file = file;
    this.space = Dataspace.read(header.get(ObjectHeader.DATASPACE, "a dataspace"));
    if (space.isNull()) {
      throw Hdf5Fault.refused(
          "expected data, found none: the dataset was made empty (h5py.Empty), there is nothing to"
              + " read");
    }
    this.stored = TypeReader.read(header.get(ObjectHeader.DATATYPE, "a datatype"));
    this.type = NumpyType.of(stored);
    this.storage = Storage.read(header.get(ObjectHeader.LAYOUT, "a layout"));
    Optional<Bytes> pipeline = header.find(ObjectHeader.FILTERS);
    this.filters = pipeline.isPresent() ? Filters.read(pipeline.get()) : Filters.none();
    Optional<Bytes> external = header.find(ObjectHeader.EXTERNAL_FILES);
    if (external.isPresent()) {
      throw ExternalFiles.refusal(file, external.get(), type, shape());
    }
    if (storage instanceof Storage.Virtual) {
      throw Hdf5Fault.refused(
          "expected a dataset with data of its own, found a virtual one, whose data lie in other"
              + " datasets: name these as columns, or write it out with numpy.save");
    }
    filters.checkKnown();
    checkSizes();
    this.fill = FillValue.of(header, stored.sizeBytes());
  }

  static boolean isDataset(ObjectHeader header) {
    return header.has(ObjectHeader.LAYOUT) || header.has(ObjectHeader.DATASPACE);
  }

  /** Reads a header; throws a fault with the reason if NumPy has no such array. */
  static StoredDataset of(Hdf5File file, ObjectHeader header) throws IOException {
    return new StoredDataset(file, header);
  }

  private void checkSizes() {
    if (storage instanceof Storage.Chunked chunked) {
      if (chunked.shape().size() != space.shape().size()
          || chunked.elementBytes() != stored.sizeBytes()) {
        throw Hdf5Fault.damaged(
            "expected chunks of %d axes with elements of %d bytes, found %d axes, %d bytes",
            space.shape().size(),
            stored.sizeBytes(),
            chunked.shape().size(),
            chunked.elementBytes());
      }
    } else if (!filters.isEmpty()) {
      throw Hdf5Fault.damaged("expected filters on chunks only, found %s", filters.words());
    }
    long bytes = totalBytes();
    if (storage instanceof Storage.Contiguous(long address)
        && address != Bytes.UNDEFINED
        && !space.isEmpty()) {
      file.checkRange(address, bytes, "the data");
    }
    if (storage instanceof Storage.Compact compact && bytes > compact.sizeBytes()) {
      throw Hdf5Fault.damaged(
          "expected %d bytes of data in the object header, found %d", bytes, compact.sizeBytes());
    }
  }

  private long totalBytes() {
    long bytes = stored.sizeBytes();
    for (long size : space.shape()) {
      if (size != 0 && bytes > Long.MAX_VALUE / size) {
        throw Hdf5Fault.damaged(
            "expected an array of less than 2^63 bytes, found shape %s", space.shape());
      }
      bytes *= size;
    }
    return bytes;
  }

  /** The axes of the dataset, and then those of its elements. */
  private List<Long> shape() {
    List<Long> shape = new ArrayList<>(space.shape());
    shape.addAll(type.axes());
    return shape;
  }

  /** What there is to read, and how. */
  FoundArray found(String name) throws IOException {
    String problem = problemOrNull();
    if (problem == null && storage instanceof Storage.Chunked chunked && !space.isEmpty()) {
      Runs runs = new ChunkRuns(file, chunked, space).findOrNull();
      if (runs != null) {
        return FoundArray.inRuns(name, type.element(), Shape.of(shape()), runs)
            .withFields(type.fields());
      }
      problem =
          "expected data in all chunks, found some that were never written, so that their elements"
              + " are the fill value: "
              + OUT;
    }
    FoundArray found =
        problem == null
            ? FoundArray.of(name, type.element(), Shape.of(shape()), position())
            : FoundArray.streamed(name, type.element(), Shape.of(shape()), problem);
    return found.withFields(type.fields());
  }

  private long position() {
    return switch (storage) {
      case Storage.Contiguous contiguous when !space.isEmpty() ->
          file.position(contiguous.address());
      case Storage.Compact compact when !space.isEmpty() -> file.position(compact.address());
      default -> 0; // Without elements there is nothing to be anywhere.
    };
  }

  /** Why the elements cannot be read where they lie; null where they can. */
  private String problemOrNull() {
    if (space.isEmpty()) {
      return null;
    }
    if (storage instanceof Storage.Chunked && !filters.isEmpty()) {
      return "expected data as they are, found a dataset that is chunked or compressed (%s): "
              .formatted(filters.words())
          + OUT;
    }
    if (storage instanceof Storage.Chunked chunked) {
      String problem = new ChunkRuns(file, chunked, space).problemOrNull();
      if (problem != null) {
        return problem + ": " + OUT;
      }
    }
    if (storage instanceof Storage.Contiguous(long address) && address == Bytes.UNDEFINED) {
      return "expected data, found none: the dataset was made and never written, so that all its"
          + " elements are its fill value: "
          + OUT;
    }
    if (!type.repairs().isEmpty()) {
      return "expected elements of the same bytes in NumPy, found %s, %s: "
              .formatted(type.repairs().getFirst().type().words(), why())
          + OUT;
    }
    return null;
  }

  private String why() {
    return switch (type.repairs().getFirst().type()) {
      case H5Type.Text text when text.padding() == 0 -> "which ends at its first zero byte";
      case H5Type.Text _ -> "which is filled up with blanks";
      default -> "of which NumPy has the bytes only";
    };
  }

  /** All elements in C order, as NumPy has them. Owns the file from here on. */
  ElementStream elements() throws IOException {
    return switch (storage) {
      case Storage.Chunked chunked when !space.isEmpty() ->
          new ChunkedElements(file, space, chunked, filters, fill, type.repairs());
      case Storage.Compact compact -> plain(compact.address());
      case Storage.Contiguous contiguous -> plain(contiguous.address());
      default -> plain(Bytes.UNDEFINED);
    };
  }

  private ElementStream plain(long address) {
    int elementBytes = (int) stored.sizeBytes();
    return new PlainElements(file, address, totalBytes(), elementBytes, fill, type.repairs());
  }
}
