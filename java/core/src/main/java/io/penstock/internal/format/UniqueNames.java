package io.penstock.internal.format;

import java.util.HashMap;
import java.util.Map;

/**
 * Gives each part of a file a name of its own.
 *
 * <p>Two ways to a part may look alike once their steps are joined by dots: {@code {"a.b": x}} and
 * {@code {"a": {"b": x}}}. The first keeps the name, the next ones get {@code ~2}, {@code ~3} and
 * so on appended. Constant time per name, whatever the names are.
 */
public final class UniqueNames {
  private final Map<String, Integer> counts = new HashMap<>();

  public String take(String name) {
    String unique = name;
    while (counts.containsKey(unique)) {
      unique = name + "~" + counts.merge(name, 1, Integer::sum);
    }
    counts.put(unique, 1);
    return unique;
  }
}
