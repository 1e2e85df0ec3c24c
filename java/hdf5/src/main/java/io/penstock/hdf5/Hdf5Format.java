package io.penstock.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.api.dataset.ContiguousDataset;
import io.penstock.ElementType;
import io.penstock.PenstockException;
import io.penstock.format.FormatProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Finds the contiguous datasets of an HDF5 file.
 *
 * <p>What it owns: the walk over groups, with limits. Links are not followed: what they lead to has
 * a name of its own, or is in another file.
 */
public final class Hdf5Format implements FormatProvider {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};

  private static final int MAX_DEPTH = 64;
  private static final int MAX_NODES = 1 << 16;

  /** For {@link java.util.ServiceLoader}. */
  public Hdf5Format() {}

  @Override
  public String name() {
    return "hdf5";
  }

  @Override
  public boolean recognizes(byte[] start) {
    return start.length >= SIGNATURE.length
        && Arrays.equals(start, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
  }

  @Override
  public List<FoundArray> arrays(Path file) {
    Walk walk = new Walk(file);
    try (HdfFile hdf = new HdfFile(file)) {
      walk.group(hdf, "", 0);
    }
    return walk.arrays;
  }

  @Override
  public InputStream elements(Path file, String name) throws IOException {
    HdfFile hdf = new HdfFile(file);
    try {
      if (hdf.getDatasetByPath(name) instanceof ChunkedDataset chunked) {
        return new ChunkedElements(hdf, chunked);
      }
      throw new IOException("expected a chunked dataset, found another");
    } catch (IOException | RuntimeException e) {
      hdf.close();
      throw e;
    }
  }

  /** One walk over a file. */
  private static final class Walk {
    private final Path file;
    private final List<FoundArray> arrays = new ArrayList<>();

    /** Groups on the way here: one may be a member of itself. */
    private final Set<Long> above = new HashSet<>();

    private int nodes;

    Walk(Path file) {
      this.file = file;
    }

    void group(Group group, String path, int depth) {
      if (depth > MAX_DEPTH || !above.add(group.getAddress())) {
        return;
      }
      for (Node node : group.getChildren().values()) {
        if (++nodes > MAX_NODES) {
          throw PenstockException.about(
              file, "expected at most %d groups and datasets, found more".formatted(MAX_NODES));
        }
        if (node.isLink()) {
          continue;
        }
        String name = path + node.getName();
        if (node instanceof Group child) {
          group(child, name + "/", depth + 1);
        } else if (node instanceof Dataset dataset) {
          arrays.add(array(name, dataset));
        }
      }
      above.remove(group.getAddress());
    }

    private static FoundArray array(String name, Dataset dataset) {
      if (dataset instanceof ChunkedDataset chunked) {
        return chunked(name, chunked);
      }
      if (!(dataset instanceof ContiguousDataset contiguous)) {
        return FoundArray.refused(
            name,
            ("expected a contiguous dataset, found one that is %s: write it out with numpy.save, or"
                    + " with h5repack -l CONTI -f NONE")
                .formatted(
                    switch (dataset.getDataLayout()) {
                      case COMPACT -> "compact, in its own header";
                      default -> dataset.getDataLayout().name().toLowerCase(Locale.ROOT);
                    }));
      }
      ElementType type = Hdf5Types.elementType(dataset.getDataType());
      if (type == null) {
        return FoundArray.refused(
            name,
            "expected elements of a fixed size that NumPy has too, found HDF5's class %d of %d bytes"
                .formatted(dataset.getDataType().getDataClass(), dataset.getDataType().getSize()));
      }
      if (dataset.isEmpty()) {
        return FoundArray.refused(
            name, "expected data, found none: the dataset was made and never written");
      }
      return FoundArray.of(name, type, shape(dataset), contiguous.getDataAddress());
    }

    /** Unpacked chunk by chunk, where its type has the same bytes in NumPy. */
    private static FoundArray chunked(String name, ChunkedDataset dataset) {
      ElementType type = Hdf5Types.elementType(dataset.getDataType());
      List<Long> shape = shape(dataset);
      if (type == null || type.sizeBytes() == 0 || shape.isEmpty() || shape.contains(0L)) {
        return FoundArray.refused(
            name,
            "expected a contiguous dataset, found one that is chunked or compressed, of a type or"
                + " shape that NumPy cannot have: write it out with numpy.save");
      }
      return FoundArray.streamed(
          name,
          type,
          shape,
          "expected a contiguous dataset, found one that is chunked or compressed: write it out"
              + " with 'penstock convert', with numpy.save, or with h5repack -l CONTI -f NONE");
    }

    private static List<Long> shape(Dataset dataset) {
      return Arrays.stream(dataset.getDimensions()).asLongStream().boxed().toList();
    }
  }
}
