package io.penstock.internal.format.pickle;

import java.util.Arrays;

/**
 * A list, dictionary, set or object in a pickle: keeps the items through which an array may be
 * found, with the key or the index of each.
 *
 * <p>Made for lists of a million arrays: while all items of a list are kept, no index is stored. A
 * key that is set twice is there twice; the last one counts. Picklers write no such thing.
 */
final class PickleHolder implements PickleValue {
  /** The cost of adding an item, besides the item itself: references, with room to grow. */
  static final int ITEM_WEIGHT = 16;

  private static final PickleValue[] NO_ITEMS = {};

  private final PickleGlobal made;
  private final boolean isList;

  /** How many items were added, kept or not. */
  private long count;

  private boolean isShared;
  private PickleValue[] items = NO_ITEMS;
  private int size;

  /** A String for a key, an Attribute, a Long for a number; null while places are indices. */
  private Object[] labels;

  private PickleHolder(PickleGlobal made, boolean isList) {
    this.made = made;
    this.isList = isList;
  }

  static PickleHolder list() {
    return new PickleHolder(PickleGlobal.OTHER, true);
  }

  static PickleHolder dictionary() {
    return new PickleHolder(PickleGlobal.OTHER, false);
  }

  /** An object, made from a class or by a function. */
  static PickleHolder object(PickleGlobal made) {
    return new PickleHolder(made, false);
  }

  /** Whether it is a list: all its items have the same meaning then. */
  boolean isList() {
    return isList;
  }

  PickleGlobal made() {
    return made;
  }

  /** The number of kept items. */
  int size() {
    return size;
  }

  PickleValue item(int place) {
    return items[place];
  }

  /** A String for a key of a dictionary, an Attribute of an object, a Long for a number. */
  Object label(int place) {
    return labels == null ? (Object) (long) place : labels[place];
  }

  /** The same, but null if the label is just the index. */
  Object labelOrNull(int place) {
    return labels == null ? null : labels[place];
  }

  /** The item that was added last with a label; null where none was kept. */
  PickleValue item(Object label) {
    for (int place = size - 1; place >= 0; place--) {
      if (label(place).equals(label)) {
        return items[place];
      }
    }
    return null;
  }

  /** Adds the next item of a list. */
  void append(PickleValue item) {
    if (item.isKept()) {
      if (labels == null && count != size) {
        labels = new Object[Math.max(8, items.length)];
        Arrays.setAll(labels, place -> (Object) (long) place);
      }
      put(item, labels == null ? null : (Object) count);
    }
    count++;
  }

  /** Number of the entry that a dictionary gets next. */
  long nextNumber() {
    return count;
  }

  /** Counts an entry that is not kept. */
  void skip() {
    count++;
  }

  /** Adds an entry of a dictionary, or an attribute of an object. */
  void put(Object label, PickleValue item) {
    if (labels == null) {
      labels = new Object[Math.max(1, items.length)];
      Arrays.setAll(labels, place -> (Object) (long) place);
    }
    put(item, label);
    count++;
  }

  private void put(PickleValue item, Object labelOrNull) {
    if (size == items.length) {
      int room = size + Math.max(1, size / 2);
      items = Arrays.copyOf(items, room);
      if (labels != null) {
        labels = Arrays.copyOf(labels, room);
      }
    }
    if (labels != null) {
      labels[size] = labelOrNull;
    }
    items[size++] = item;
  }

  /**
   * Notes that the pickle can refer back to this, so that items may be added after it became an
   * item itself.
   */
  void share() {
    isShared = true;
  }

  @Override
  public int weight() {
    return 56;
  }

  @Override
  public boolean isKept() {
    return isShared || size > 0;
  }
}
