package io.penstock.format;

import io.penstock.PenstockException;
import java.util.ArrayList;
import java.util.List;

/**
 * An array as a format describes it: what its elements are, its axes, and where it starts.
 *
 * <p>What it owns: the way from NumPy's words (dtype, shape, order) to layouts, one for the array
 * and one for each field of a structured type, so that all formats have the same parts. It must not
 * be trusted before {@link #parts} has compared it with the file.
 *
 * @param type of the elements
 * @param shape sizes of all axes, outermost first
 * @param isFortran whether the first axis varies fastest
 * @param offsetBytes where the first element starts, from the start of the section that it is in
 */
record StoredArray(DataType type, List<Long> shape, boolean isFortran, long offsetBytes) {

  /**
   * The array as a part, and its fields as further parts.
   *
   * @param section what the array must lie in: a file, or a member of an archive
   * @param format name of the format
   * @param name of the part, empty for all of the file
   * @throws PenstockException if the array cannot be in the section
   */
  List<Part> parts(OpenFile section, String format, String name) {
    DataType.Leaf whole = type.whole();
    new LayoutCheck(section.path(), name, whole.type(), join(shape, whole.shape()))
        .checkPiece(section.position(offsetBytes), section.position(section.sizeBytes()));
    List<Part> parts = new ArrayList<>();
    parts.add(Part.of(layout(section, format, name, whole)));
    UniqueNames names = new UniqueNames();
    for (DataType.Leaf leaf : type.plainFields()) {
      String fieldName = names.take(name.isEmpty() ? leaf.name() : name + "." + leaf.name());
      if (leaf.type().sizeBytes() == 0 || leaf.shape().contains(0L)) {
        continue; // Nothing to read, which is no fault of the fields beside it.
      }
      parts.add(Part.field(layout(section, format, fieldName, leaf)));
    }
    return parts;
  }

  private ArrayLayout layout(OpenFile section, String format, String name, DataType.Leaf leaf) {
    // A 0-d array is one record; where its element has axes, these are the record's.
    boolean isOneRecord = shape.isEmpty() && !leaf.shape().isEmpty();
    List<Long> outer = isOneRecord ? List.of(1L) : shape;
    List<Long> strides = join(Strides.of(outer, type.itemBytes(), isFortran), leaf.strides());
    // Without elements the array may end the file, and a field has no place of its own.
    long inElement = outer.contains(0L) ? 0 : leaf.offsetBytes();
    long offset = section.position(offsetBytes) + inElement;
    ArrayLayout.Run run =
        strides.isEmpty()
            ? new ArrayLayout.Run(offset, 1, type.itemBytes())
            : new ArrayLayout.Run(offset, outer.getFirst(), strides.getFirst());
    return new ArrayLayout(
        section.path(),
        name,
        format,
        leaf.type(),
        join(outer, leaf.shape()),
        isFortran,
        List.of(run),
        strides.isEmpty() ? strides : strides.subList(1, strides.size()),
        section.fileBytes(),
        section.modified());
  }

  private static <T> List<T> join(List<T> first, List<T> second) {
    List<T> joined = new ArrayList<>(first);
    joined.addAll(second);
    return joined;
  }
}
