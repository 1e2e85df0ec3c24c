package io.penstock.internal.format;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ArrayLayout.Run;
import io.penstock.array.Part;
import io.penstock.array.Runs;
import io.penstock.array.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * An array as a format describes it: what its elements are, its axes, and where it starts.
 *
 * <p>What it owns: the translation of NumPy's terms (dtype, shape, order) into layouts, one for the
 * array and one for each field of a structured type, so that all formats have the same parts. It
 * must not be trusted before {@link #parts} has compared it with the file.
 *
 * @param type of the elements
 * @param shape sizes of all axes, outermost first
 * @param strides distance in bytes between neighbours, along all axes
 * @param isFortran whether the file says that the first axis varies fastest
 * @param offsetBytes where the first element starts, from the start of the section that it is in
 */
public record StoredArray(
    DataType type, List<Long> shape, Strides strides, boolean isFortran, long offsetBytes) {

  /** A contiguous array, in C order or in Fortran order. */
  public static StoredArray of(
      DataType type, List<Long> shape, boolean isFortran, long offsetBytes) {
    Strides strides = Strides.contiguous(shape, type.itemBytes(), isFortran);
    return new StoredArray(type, shape, strides, isFortran, offsetBytes);
  }

  /**
   * The array as a part, and its fields as further parts.
   *
   * @param section what the array must lie in: a file, or a member of an archive
   * @param format name of the format
   * @param name of the part, empty for all of the file
   * @throws PenstockException if the array cannot be in the section
   */
  public List<Part> parts(OpenFile section, String format, String name) {
    return parts(section, format, name, new UniqueNames());
  }

  /**
   * The same if other parts of the file have already taken names.
   *
   * @param names that are taken, among them that of the array; those of fields are added
   */
  public List<Part> parts(OpenFile section, String format, String name, UniqueNames names) {
    // Views of other strides lie in something that their format has compared them with.
    if (isFortran || strides.equals(Strides.contiguous(shape, type.itemBytes(), false))) {
      DataType.Leaf whole = type.whole();
      ArrayLayout.builder(section.path(), whole.type(), Shape.of(join(shape, whole.shape())))
          .part(name)
          .checkEnds(section.position(offsetBytes), section.position(section.sizeBytes()));
    }
    return parts(name, names, (leaf, part) -> layout(section, format, part, leaf));
  }

  /**
   * Several arrays like this one, each a record of one column.
   *
   * @param offsets where each starts, in bytes from the start of the section
   * @param names that are taken, as for {@link #parts}
   * @throws PenstockException if they cannot be in the section
   */
  public List<Part> recordsAt(
      long[] offsets, OpenFile section, String format, String name, UniqueNames names) {
    return recordsIn(runs(offsets), section, format, name, names);
  }

  /**
   * As many arrays like this one as there are records in runs, each a record of one column.
   *
   * @param runs where each starts, in bytes from the start of the section
   * @param names that are taken, as for {@link #parts}
   * @throws PenstockException if they cannot be in the section
   */
  public List<Part> recordsIn(
      Runs runs, OpenFile section, String format, String name, UniqueNames names) {
    return parts(name, names, (leaf, part) -> records(runs, section, format, part, leaf));
  }

  private interface Layouts {
    ArrayLayout of(DataType.Leaf leaf, String part);
  }

  private List<Part> parts(String name, UniqueNames names, Layouts layouts) {
    List<Part> parts = new ArrayList<>();
    parts.add(Part.of(layouts.of(type.whole(), name)));
    for (DataType.Leaf leaf : type.plainFields()) {
      String fieldName = names.take(name.isEmpty() ? leaf.name() : name + "." + leaf.name());
      if (leaf.type().sizeBytes() == 0 || leaf.shape().contains(0L)) {
        continue; // There is nothing to read, which is no error of the fields beside it.
      }
      parts.add(Part.field(layouts.of(leaf, fieldName)));
    }
    return parts;
  }

  private ArrayLayout layout(OpenFile section, String format, String name, DataType.Leaf leaf) {
    // A 0-d array is one record; if its element has axes, they are the record's.
    boolean isOneRecord = shape.isEmpty() && !leaf.shape().isEmpty();
    List<Long> sizes = join(isOneRecord ? List.of(1L) : shape, leaf.shape());
    Strides outer = isOneRecord ? Strides.of(type.itemBytes()) : strides;
    Strides steps = outer.then(leaf.strides());
    // An array without elements may lie at the end of the file, where a field has no place.
    long inElement = shape.contains(0L) ? 0 : leaf.offsetBytes();
    long offset = section.position(offsetBytes) + inElement;
    Run run =
        sizes.isEmpty()
            ? new Run(offset, 1, type.itemBytes())
            : new Run(offset, sizes.getFirst(), steps.along(0));
    return layout(section, format, name, leaf, sizes, steps, List.of(run));
  }

  private ArrayLayout records(
      Runs runs, OpenFile section, String format, String name, DataType.Leaf leaf) {
    List<Long> sizes = join(List.of(runs.recordCount()), join(shape, leaf.shape()));
    Strides steps = Strides.of(1).then(strides).then(leaf.strides());
    long first = section.position(0) + leaf.offsetBytes();
    return layout(section, format, name, leaf, sizes, steps, runs.movedBy(first));
  }

  private ArrayLayout layout(
      OpenFile section,
      String format,
      String name,
      DataType.Leaf leaf,
      List<Long> sizes,
      Strides steps,
      List<Run> runs) {
    return ArrayLayout.builder(section.path(), leaf.type(), Shape.of(sizes))
        .part(name)
        .format(format)
        .fortranOrder(isFortran)
        .runs(runs)
        .recordStrides(steps.withoutFirst().toArray())
        .fields(leaf.fields())
        .file(section.fileBytes(), section.modified())
        .build();
  }

  /** Joins places at equal distances: picklers write similar arrays with equal overhead. */
  private static Runs runs(long[] offsets) {
    Runs.Builder runs = Runs.builder();
    int start = 0;
    while (start < offsets.length) {
      int end = start + 1;
      long stride = end < offsets.length ? offsets[end] - offsets[start] : 1;
      while (end < offsets.length && stride > 0 && offsets[end] - offsets[end - 1] == stride) {
        end++;
      }
      runs.add(offsets[start], end - start, Math.max(1, stride));
      start = end;
    }
    return runs.build();
  }

  private static <T> List<T> join(List<T> first, List<T> second) {
    List<T> joined = new ArrayList<>(first);
    joined.addAll(second);
    return joined;
  }
}
