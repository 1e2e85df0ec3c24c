package io.penstock.internal.format;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Braces in a path that stands for several: {@code shards-{000..099}.tar}, {@code {train,val}.tar}.
 *
 * <p>They mean what they mean in Bash, and in WebDataset: a range of numbers, with leading zeros if
 * one of its ends has them, or of letters, with a step behind another two dots; or a list, in which
 * there may be braces again. Several in a path make all combinations, the last one changing first.
 * Anything else in braces is itself: {@code a{b}.npy} is one file.
 */
final class Braces {
  private static final Pattern RANGE =
      Pattern.compile(
          "(?:(-?[0-9]{1,9})\\.\\.(-?[0-9]{1,9})|([a-zA-Z])\\.\\.([a-zA-Z]))(?:\\.\\.(-?[0-9]{1,9}))?");

  private final int most;

  private Braces(int most) {
    this.most = most;
  }

  /** Whether a text stands for others than itself. */
  static boolean has(String text) {
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
      if (isMeant(text, open, end(text, open))) {
        return true;
      }
    }
    return false;
  }

  /**
   * What a text stands for.
   *
   * @param most texts that there may be
   * @return the texts, in order
   * @throws IllegalArgumentException if there are more
   */
  static List<String> expand(String text, int most) {
    return new Braces(most).all(text);
  }

  /**
   * Whether a comma lies in braces, so that it does not divide paths.
   *
   * @param text in which the braces are
   * @param comma its place
   */
  static boolean isInside(String text, int comma) {
    for (int open = text.indexOf('{');
        open >= 0 && open < comma;
        open = text.indexOf('{', open + 1)) {
      int end = end(text, open);
      if (end > comma && isMeant(text, open, end)) {
        return true;
      }
    }
    return false;
  }

  private List<String> all(String text) {
    for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', open + 1)) {
      int end = end(text, open);
      if (isMeant(text, open, end)) {
        String before = text.substring(0, open);
        List<String> all = new ArrayList<>();
        List<String> rests = all(text.substring(end + 1));
        for (String inside : inside(text.substring(open + 1, end))) {
          for (String rest : rests) {
            add(all, before + inside + rest);
          }
        }
        return all;
      }
    }
    return List.of(text);
  }

  private List<String> inside(String inside) {
    Matcher range = RANGE.matcher(inside);
    List<String> all = new ArrayList<>();
    if (!range.matches()) {
      for (String item : items(inside)) {
        all(item).forEach(text -> add(all, text));
      }
      return all;
    }
    boolean isNumbers = range.group(1) != null;
    int first = isNumbers ? Integer.parseInt(range.group(1)) : range.group(3).charAt(0);
    int last = isNumbers ? Integer.parseInt(range.group(2)) : range.group(4).charAt(0);
    int step = range.group(5) == null ? 1 : Math.max(1, Math.abs(Integer.parseInt(range.group(5))));
    int digits = isNumbers ? digits(range.group(1), range.group(2)) : 0;
    int count = Math.abs(last - first) / step;
    for (int i = 0; i <= count; i++) {
      int number = first < last ? first + i * step : first - i * step;
      add(all, isNumbers ? number(number, digits) : String.valueOf((char) number));
    }
    return all;
  }

  private void add(List<String> all, String text) {
    if (all.size() == most) {
      throw new IllegalArgumentException(
          "braces must stand for at most %d paths, do for more".formatted(most));
    }
    all.add(text);
  }

  /** How many characters numbers have at least: those of the longer end, if one has zeros. */
  private static int digits(String first, String last) {
    boolean hasZeros = first.matches("-?0[0-9]+") || last.matches("-?0[0-9]+");
    return hasZeros ? Math.max(first.length(), last.length()) : 0;
  }

  private static String number(int number, int digits) {
    String text = Integer.toString(Math.abs(number));
    String sign = number < 0 ? "-" : "";
    return sign + "0".repeat(Math.max(0, digits - sign.length() - text.length())) + text;
  }

  /** Whether braces are a range or a list. */
  private static boolean isMeant(String text, int open, int end) {
    if (end < 0) {
      return false;
    }
    String inside = text.substring(open + 1, end);
    return RANGE.matcher(inside).matches() || items(inside).size() > 1;
  }

  /** The brace that closes one; negative if there is none. */
  private static int end(String text, int open) {
    int depth = 0;
    for (int i = open; i < text.length(); i++) {
      depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    return -1;
  }

  /** What commas divide that are not in braces of their own. */
  private static List<String> items(String inside) {
    List<String> items = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < inside.length(); i++) {
      char at = inside.charAt(i);
      depth += at == '{' ? 1 : at == '}' ? -1 : 0;
      if (at == ',' && depth == 0) {
        items.add(inside.substring(start, i));
        start = i + 1;
      }
    }
    items.add(inside.substring(start));
    return items;
  }
}
