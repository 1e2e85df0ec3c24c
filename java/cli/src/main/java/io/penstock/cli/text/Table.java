package io.penstock.cli.text;

import java.util.ArrayList;
import java.util.List;

/** A text table whose columns are as wide as their widest cell. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();
  private final boolean[] isNumber;

  private Table(boolean... isNumber) {
    this.isNumber = isNumber;
  }

  /** A table with column names; a '>' before a name right-aligns the column. */
  public static Table withHeads(String... names) {
    Table table = new Table(new boolean[names.length]);
    String[] heads = new String[names.length];
    for (int i = 0; i < names.length; i++) {
      table.isNumber[i] = names[i].startsWith(">");
      heads[i] = table.isNumber[i] ? names[i].substring(1) : names[i];
    }
    table.rows.add(heads);
    return table;
  }

  /** A table of names and values, one pair per line. */
  public static Table ofPairs() {
    return new Table(false, false);
  }

  /** Adds a row with one cell per column. */
  public void add(String... cells) {
    rows.add(cells);
  }

  /** The table as text; each line ends with a line feed. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    int[] widths = widths();
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.length; i++) {
        String pad = " ".repeat(widths[i] - row[i].length());
        line.append(i == 0 ? "" : GAP);
        line.append(isNumber[i] ? pad + row[i] : row[i] + pad);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int[] widths() {
    int[] widths = new int[isNumber.length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    return widths;
  }
}
