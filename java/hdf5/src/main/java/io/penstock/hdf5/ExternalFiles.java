package io.penstock.hdf5;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Datasets whose data is in separate files: which file, and how to read it. */
final class ExternalFiles {
  private ExternalFiles() {}

  /** The reason and the remedy: a single file can be read as raw elements. */
  static Hdf5Fault refusal(Hdf5File file, Bytes message, NumpyType type, List<Long> shape)
      throws IOException {
    message.version(1, 1);
    message.skip(3);
    message.skip(2);
    int count = message.u16();
    LocalHeap heap = LocalHeap.at(file, message.address());
    String name = heap.text(message.length());
    long offset = message.length();
    boolean isSimple = count == 1 && type.fields().isEmpty() && type.repairs().isEmpty();
    String way =
        isSimple && !shape.isEmpty()
            ? "name it as %s#raw:%s:%s:%d"
                .formatted(
                    name,
                    type.element().descr(),
                    shape.stream().map(String::valueOf).collect(Collectors.joining("x")),
                    offset)
            : "write the dataset out with numpy.save";
    return Hdf5Fault.refused(
        "expected data in this file, found them in another, '%s', from byte %d on%s: %s",
        name, offset, count > 1 ? " and in %d more".formatted(count - 1) : "", way);
  }
}
