package io.penstock.internal.platform;

import java.util.List;

/**
 * Where the columns of a batch lie in a slot.
 *
 * @param offsets of the columns, multiples of 64
 * @param slotBytes what a slot needs
 */
public record SlotLayout(List<Long> offsets, long slotBytes) {
  public SlotLayout {
    offsets = List.copyOf(offsets);
  }
}
