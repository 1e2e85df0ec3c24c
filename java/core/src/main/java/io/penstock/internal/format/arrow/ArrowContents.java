package io.penstock.internal.format.arrow;

import io.penstock.array.ArrayLayout;
import io.penstock.array.ArrayLayout.Run;
import io.penstock.array.ElementType;
import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.format.Strides;
import io.penstock.internal.format.arrow.ArrowFacts.Dictionary;
import io.penstock.internal.index.IndexedContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The columns of an Arrow file: those of its index, those that cannot be read, each with the
 * reason, and the values of dictionaries, which are not records of the file.
 */
final class ArrowContents implements Contents {
  private final OpenFile file;
  private final IndexedContents index;
  private final List<String> masks;
  private final List<ArrowFacts.Refused> refused;
  private final List<Dictionary> dictionaries;

  ArrowContents(OpenFile file, IndexedContents index) {
    this.file = file;
    this.index = index;
    Function<String, String> facts = key -> index.fact(key).orElse(null);
    this.masks = ArrowFacts.masks(facts);
    this.refused = ArrowFacts.refused(facts);
    this.dictionaries = ArrowFacts.dictionaries(facts);
  }

  @Override
  public boolean isIndexed() {
    return true;
  }

  @Override
  public String plainName() {
    return index.plainName();
  }

  @Override
  public List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    index.parts().forEach(part -> parts.add(isBeside(part) ? Part.field(part.layout()) : part));
    refused.forEach(column -> parts.add(part(column)));
    dictionaries.stream()
        .filter(dictionary -> dictionary.offsets().isEmpty())
        .forEach(dictionary -> parts.add(Part.field(values(dictionary))));
    return parts;
  }

  /** Whether a part belongs to the column before it, as a field does. */
  private boolean isBeside(Part part) {
    return masks.contains(part.name());
  }

  private Part part(ArrowFacts.Refused column) {
    return Part.refused(file.path(), column.name(), column.problem());
  }

  @Override
  public Optional<Part> find(String name) {
    return index
        .find(name)
        .or(() -> refused.stream().filter(r -> r.name().equals(name)).findFirst().map(this::part))
        .or(
            () ->
                dictionaries.stream()
                    .filter(found -> found.name().equals(name) && found.offsets().isEmpty())
                    .findFirst()
                    .map(found -> Part.field(values(found))));
  }

  @Override
  public List<String> variableNames() {
    return Stream.concat(
            index.variableNames().stream(),
            dictionaries.stream()
                .filter(dictionary -> dictionary.offsets().isPresent())
                .map(Dictionary::name))
        .toList();
  }

  @Override
  public RecordLayout.Variable variable(String name) {
    return dictionaries.stream()
        .filter(dictionary -> dictionary.name().equals(name) && dictionary.offsets().isPresent())
        .findFirst()
        .<RecordLayout.Variable>map(this::texts)
        .orElseGet(() -> index.variable(name));
  }

  private RecordLayout.ByOffsets texts(Dictionary dictionary) {
    ElementType offsets = dictionary.offsets().orElseThrow();
    return new RecordLayout.ByOffsets(
        layout(
            dictionary,
            dictionary.element(),
            dictionary.dataBytes() / dictionary.element().sizeBytes(),
            Shape.SCALAR,
            dictionary.dataOffset()),
        layout(
            dictionary, offsets, dictionary.count() + 1, Shape.SCALAR, dictionary.offsetsOffset()));
  }

  private ArrayLayout values(Dictionary dictionary) {
    return layout(
        dictionary,
        dictionary.element(),
        dictionary.count(),
        dictionary.shape(),
        dictionary.dataOffset());
  }

  private ArrayLayout layout(
      Dictionary dictionary, ElementType type, long count, Shape shape, long offset) {
    List<Long> sizes = shape.withFirst(count).toList();
    Strides strides = Strides.contiguous(sizes, type.sizeBytes(), false);
    return ArrayLayout.builder(file.path(), type, Shape.of(sizes))
        .part(dictionary.name())
        .format("arrow")
        .runs(List.of(new Run(offset, count, strides.along(0))))
        .recordStrides(strides.withoutFirst().toArray())
        .file(file.fileBytes(), file.modified())
        .build();
  }
}
