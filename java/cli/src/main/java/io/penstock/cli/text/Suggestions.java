package io.penstock.cli.text;

import java.util.Collection;
import java.util.List;

/** Suggests names for a mistyped one. */
public final class Suggestions {
  private Suggestions() {}

  /** Such as "; did you mean read, order?"; empty if no name is similar. */
  public static String of(String typed, Collection<String> names) {
    int most = Math.max(1, typed.length() / 3);
    List<String> alike =
        names.stream()
            .filter(name -> name.length() > 2)
            .filter(name -> distance(typed, name) <= most || name.startsWith(typed))
            .sorted()
            .toList();
    return alike.isEmpty() ? "" : "; did you mean " + String.join(", ", alike) + "?";
  }

  /** The edit distance: letters to insert, delete, replace, or swap with the next one. */
  private static int distance(String a, String b) {
    int[][] costs = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          costs[i][j] = i + j;
          continue;
        }
        int replaced = costs[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        costs[i][j] = Math.min(replaced, Math.min(costs[i - 1][j], costs[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          costs[i][j] = Math.min(costs[i][j], costs[i - 2][j - 2] + 1);
        }
      }
    }
    return costs[a.length()][b.length()];
  }
}
