package io.penstock.internal.format;

import io.penstock.array.Part;
import java.util.List;
import java.util.Optional;

/**
 * The arrays that a format found in a file: gives all of them, or one by name.
 *
 * <p>Belongs to the open file that it was made from, and cannot be used after that is closed. A
 * format that has much to look up per part overrides {@link #find}.
 */
public interface Contents {
  /** In the order in which they lie in the file, each with its fields behind it. */
  List<Part> parts();

  /**
   * Names of the parts whose records have different sizes. They are not among {@link #parts},
   * because no single array describes them.
   */
  default List<String> variableNames() {
    return List.of();
  }

  /**
   * Where the records of such a part lie.
   *
   * @param name one of {@link #variableNames}
   * @throws io.penstock.error.PenstockException if they cannot be read in place
   */
  default RecordLayout.Variable variable(String name) {
    throw new IllegalArgumentException("no part '" + name + "' has records of different sizes");
  }

  /** The name of the part that the plain path of the file stands for; empty for the only one. */
  default String plainName() {
    return "";
  }

  /** Whether the records were found by an index, which may have had to be made. */
  default boolean isIndexed() {
    return false;
  }

  default Optional<Part> find(String name) {
    return parts().stream().filter(part -> part.name().equals(name)).findFirst();
  }
}
