package io.penstock.internal.format.pickle;

import io.penstock.array.Part;
import io.penstock.array.Shape;
import io.penstock.array.StreamedArray;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayKind;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.DataType;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.UniqueNames;
import io.penstock.internal.format.pickle.PickleValue.Array;
import io.penstock.internal.format.pickle.PickleValue.Blob;
import io.penstock.internal.format.pickle.PickleValue.Tuple;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Names the arrays that were found in a pickle.
 *
 * <p>The name is the path to the array as one would write it in Python: {@code images}, {@code
 * [0]}, {@code train.images}, {@code parts[3].x}; dots stand for keys and attributes. Similar
 * arrays in the items of a list are also the records of one column, with empty brackets in place of
 * the index: {@code images[]}, {@code [].x}. Long lists are listed under that name only, but each
 * of their arrays can be named.
 */
final class PickleArrays implements Contents {
  /** Lists up to this length are listed item by item. */
  private static final int MAX_LISTED = 16;

  /** Most names that are given. */
  private static final int MAX_NAMES = 1 << 16;

  private static final int MAX_DEPTH = 100;

  /**
   * The most steps in all paths to arrays: values may be shared, so the number of paths may be
   * huge.
   */
  private static final long MAX_STEPS = 1 << 21;

  private static final Pattern INDEX = Pattern.compile("\\[\\d*]");

  private final OpenFile file;
  private final PickleValue root;
  private final String format;

  PickleArrays(OpenFile file, PickleValue root, String format) {
    this.file = file;
    this.root = root;
    this.format = format;
  }

  @Override
  public List<Part> parts() {
    Map<String, Group> groups = new LinkedHashMap<>();
    long[] unlisted = new long[1];
    new ArrayWalk(
            (way, key, array) -> {
              Group group = groups.get(key);
              if (group == null && groups.size() == MAX_NAMES) {
                unlisted[0]++;
                return;
              }
              if (group == null) {
                group = new Group();
                groups.put(key, group);
              }
              group.add(way, array);
            })
        .from(root);
    UniqueNames names = new UniqueNames();
    List<Part> parts = new ArrayList<>();
    groups.forEach(
        (key, group) -> {
          if (parts.size() < MAX_NAMES) {
            list(key, group, names, parts);
          } else {
            unlisted[0] += group.size;
          }
        });
    if (unlisted[0] > 0) {
      String problem =
          "the first %d arrays and fields are listed, %d more arrays are not: name one as %s#NAME"
              .formatted(parts.size(), unlisted[0], file.path().getFileName());
      parts.add(Part.refused(file.path(), "", problem));
    }
    return parts;
  }

  private void list(String key, Group group, UniqueNames names, List<Part> parts) {
    boolean isShort = group.size <= MAX_LISTED;
    if (group.size > 1 && (group.isAlike || !isShort)) {
      parts.addAll(together(names.take(PicklePath.shown(key)), group, names));
    }
    if (isShort) {
      for (int i = 0; i < group.size; i++) {
        String name = names.take(PicklePath.shown(group.ways.get(i)));
        parts.addAll(alone(name, group.first.get(i), names));
      }
    }
  }

  @Override
  public Optional<Part> find(String name) {
    // One array for each path; if a key is set twice the last one counts, as in Python.
    Map<String, Array> alone = new LinkedHashMap<>();
    Map<String, Group> together = new LinkedHashMap<>();
    String anyIndices = withoutIndices(name);
    new ArrayWalk(
            (way, key, array) -> {
              String shown = PicklePath.shown(key);
              if (!isAt(anyIndices, withoutIndices(shown), array)) {
                return;
              }
              String shownWay = PicklePath.shown(way.toString());
              if (isAt(name, shownWay, array)) {
                alone.put(way.toString(), array);
              }
              if (!shown.equals(shownWay) && isAt(name, shown, array)) {
                together.computeIfAbsent(key, _ -> new Group()).add(way, array);
              }
            })
        .from(root);
    List<Part> parts = new ArrayList<>();
    alone.forEach(
        (way, array) -> parts.addAll(alone(PicklePath.shown(way), array, new UniqueNames())));
    together.forEach(
        (key, group) -> parts.addAll(together(PicklePath.shown(key), group, new UniqueNames())));
    Optional<Part> found = parts.stream().filter(part -> part.name().equals(name)).findFirst();
    return found.isPresent() ? found : Contents.super.find(name);
  }

  private static String withoutIndices(String name) {
    return name.indexOf('[') < 0 ? name : INDEX.matcher(name).replaceAll("[]");
  }

  /** Whether a name may be that of an array or of one of its fields. */
  private static boolean isAt(String name, String shown, Array array) {
    return name.equals(shown)
        || (array.kind().type() instanceof DataType.Struct
            && (shown.isEmpty() || name.startsWith(shown + ".")));
  }

  private List<Part> alone(String name, Array array, UniqueNames names) {
    ArrayKind kind = array.kind();
    if (array.encoded() != null) {
      return parts(
          name, () -> List.of(streamed(name, kind, kind.shape(), List.of(array.encoded()))));
    }
    if (kind.problem() != null) {
      return List.of(Part.refused(file.path(), name, kind.problem()));
    }
    return parts(name, () -> kind.at(array.offset()).parts(file, format, name, names));
  }

  /** An array whose elements are text; or several, one after another. */
  private Part streamed(String name, ArrayKind kind, List<Long> shape, List<Blob> texts) {
    Path path = file.path();
    StreamedArray array =
        StreamedArray.of(
                path,
                name,
                kind.type().whole().type(),
                Shape.of(shape),
                () -> EncodedBytes.open(path, texts))
            .withFortranOrder(kind.isFortran());
    return Part.streamed(array, kind.problem());
  }

  /** Errors are deferred to the part, so that one bad array does not hide the others. */
  private static List<Part> parts(String name, Supplier<List<Part>> parts) {
    try {
      return parts.get();
    } catch (PenstockException e) {
      return List.of(Part.refused(name, e));
    }
  }

  private List<Part> together(String name, Group group, UniqueNames names) {
    ArrayKind kind = group.kind;
    // Arrays in Fortran order would have to be transposed one by one.
    if (!group.isAlike || group.texts.size() < group.size || kind.isFortran()) {
      return group.together(name, file, format, names);
    }
    List<Long> shape = new ArrayList<>(List.of((long) group.size));
    shape.addAll(kind.shape());
    return parts(name, () -> List.of(streamed(name, kind, shape, List.copyOf(group.texts))));
  }

  private PenstockException tooMany(String what, long limit) {
    return file.problem(
        "expected at most %d %s, found more: write them out with numpy.save"
            .formatted(limit, what));
  }

  /** Arrays whose paths differ only in indices of lists. */
  private static final class Group {
    private ArrayKind kind;

    /** The path to the array that was added last. */
    private final StringBuilder lastWay = new StringBuilder();

    /** The first arrays and the paths to them. */
    private final List<String> ways = new ArrayList<>();

    private final List<Array> first = new ArrayList<>();

    /** The texts that they are written as, if they are. */
    private final List<Blob> texts = new ArrayList<>();

    private boolean isLastText;

    /** Whether they were alike before the last one. */
    private boolean wasAlike = true;

    private boolean isAlike = true;
    private long[] offsets = new long[1];
    private int size;

    void add(StringBuilder way, Array array) {
      if (size > 0 && way.compareTo(lastWay) == 0) {
        removeLast(); // A key that is set twice: the last one counts.
      }
      lastWay.setLength(0);
      lastWay.append(way);
      if (size == 0) {
        kind = array.kind();
        isAlike = true;
      }
      if (size < MAX_LISTED) {
        ways.add(way.toString());
        first.add(array);
      }
      isLastText = array.encoded() != null;
      if (isLastText) {
        texts.add(array.encoded());
      }
      wasAlike = isAlike;
      isAlike &= kind.equals(array.kind());
      if (size == offsets.length) {
        offsets = Arrays.copyOf(offsets, size + Math.max(1, size / 2));
      }
      offsets[size++] = array.offset();
    }

    private void removeLast() {
      size--;
      isAlike = wasAlike;
      if (isLastText) {
        texts.removeLast();
      }
      if (size < first.size()) {
        first.removeLast();
        ways.removeLast();
      }
    }

    /** All of them as the records of one column. */
    List<Part> together(String name, OpenFile file, String format, UniqueNames names) {
      if (!isAlike) {
        String problem =
            "expected arrays of one dtype and shape in the list, found different ones: name one of"
                + " them, as '%s'".formatted(PicklePath.shown(ways.getFirst()));
        return List.of(Part.refused(file.path(), name, problem));
      }
      if (kind.problem() != null) {
        return List.of(Part.refused(file.path(), name, kind.problem()));
      }
      long[] places = Arrays.copyOf(offsets, size);
      return parts(name, () -> kind.at(0).recordsAt(places, file, format, name, names));
    }
  }

  /** Follows all paths from a value to arrays. */
  private final class ArrayWalk {
    private final Visitor visitor;
    private final StringBuilder way = new StringBuilder();
    private final StringBuilder key = new StringBuilder();
    private final Set<PickleHolder> above = Collections.newSetFromMap(new IdentityHashMap<>());
    private String lastKey = "";
    private long steps;

    ArrayWalk(Visitor visitor) {
      this.visitor = visitor;
    }

    void from(PickleValue value) {
      if (++steps > MAX_STEPS) {
        throw tooMany("ways to arrays", MAX_STEPS);
      }
      if (value instanceof Array array) {
        if (!lastKey.contentEquals(key)) {
          lastKey = key.toString();
        }
        visitor.visit(way, lastKey, array);
      } else if (value instanceof Tuple tuple && tuple.isKept()) {
        for (int i = 0; i < tuple.size(); i++) {
          step(null, i, false, tuple.get(i));
        }
      } else if (value instanceof PickleHolder holder && above.add(holder)) {
        // A list may contain itself, and then there are endless paths through it.
        if (above.size() > MAX_DEPTH) {
          throw tooMany("levels of lists and dictionaries", MAX_DEPTH);
        }
        for (int place = 0; place < holder.size(); place++) {
          step(holder.labelOrNull(place), place, holder.isList(), holder.item(place));
        }
        above.remove(holder);
      }
    }

    /** Extends the path by a label or, if there is none, by an index, without boxing it. */
    private void step(Object label, int index, boolean isInList, PickleValue item) {
      int wayLength = way.length();
      int keyLength = key.length();
      append(way, label, index);
      if (isInList) {
        PicklePath.appendAny(key);
      } else {
        append(key, label, index);
      }
      from(item);
      way.setLength(wayLength);
      key.setLength(keyLength);
    }

    private static void append(StringBuilder way, Object label, int index) {
      if (label == null) {
        PicklePath.append(way, index);
      } else {
        PicklePath.append(way, label);
      }
    }
  }

  /** Receives the path to an array, and the same path with placeholders for indices of lists. */
  private interface Visitor {
    void visit(StringBuilder way, String key, Array array);
  }
}
