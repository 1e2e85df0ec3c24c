package io.penstock.internal.format;

import io.penstock.array.Part;
import java.util.List;
import java.util.Optional;

/**
 * The arrays that a format found in a file: all of them, or one by its name.
 *
 * <p>Belongs to the open file that it was made from, and is of no use after that is closed. A
 * format that has much to look up per part overrides {@link #find}.
 */
public interface Contents {
  /** In the order in which they lie in the file, each with its fields behind it. */
  List<Part> parts();

  default Optional<Part> find(String name) {
    return parts().stream().filter(part -> part.name().equals(name)).findFirst();
  }
}
