package io.penstock.bench.cold.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;

/** Draws PNG files: speed and processor time of all contenders by name, and memory charts. */
final class Charts {
  private static final int WIDTH = 680;
  private static final int COLUMNS = 2;

  private Charts() {}

  /** Draws all there is to draw into a folder. */
  static List<Chart> draw(Results results, Path folder) throws IOException {
    List<Chart> charts = new ArrayList<>();
    for (CellResult cell : results.cells()) {
      MemoryChart.draw(cell, folder).ifPresent(charts::add);
    }
    Map<String, List<CellResult>> groups = new LinkedHashMap<>();
    for (CellResult cell : results.cells()) {
      if (cell.entries().stream().anyMatch(entry -> entry.absent() == null)) {
        groups
            .computeIfAbsent(cell.state() + "-" + cell.profile(), _ -> new ArrayList<>())
            .add(cell);
      }
    }
    for (Map.Entry<String, List<CellResult>> group : groups.entrySet()) {
      charts.add(drawSpeed(group.getKey(), group.getValue(), folder));
    }
    return charts;
  }

  private static Chart drawSpeed(String name, List<CellResult> cells, Path folder)
      throws IOException {
    String file = "speed-" + name + ".png";
    drawBars(
        cells,
        new Bars("records/s", (_, entry) -> entry.recordsPerSecond()),
        new Bars(
            "CPU us/record",
            (_, entry) -> Spread.of(entry.rounds(), Measurement::cpuMicrosPerRecord)),
        folder.resolve(file));
    return new Chart(file, "Records per second and processor time per record, " + name + ".");
  }

  /**
   * Draws two quantities of all contenders side by side, for one cell below the other.
   *
   * @param file where the picture goes
   */
  static void drawBars(List<CellResult> cells, Bars left, Bars right, Path file)
      throws IOException {
    List<BufferedImage> pictures = new ArrayList<>();
    for (CellResult cell : cells) {
      pictures.add(BitmapEncoder.getBufferedImage(bars(cell, left)));
      pictures.add(BitmapEncoder.getBufferedImage(bars(cell, right)));
    }
    ImageIO.write(grid(pictures), "png", file.toFile());
  }

  /** Two a row; rows as high as they need to be, which XChart's own grid does not do. */
  private static BufferedImage grid(List<BufferedImage> pictures) {
    int height = 0;
    for (int i = 0; i < pictures.size(); i += COLUMNS) {
      height += rowHeight(pictures, i);
    }
    BufferedImage all = new BufferedImage(COLUMNS * WIDTH, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = all.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, all.getWidth(), height);
    int y = 0;
    for (int i = 0; i < pictures.size(); i += COLUMNS) {
      graphics.drawImage(pictures.get(i), 0, y, null);
      graphics.drawImage(pictures.get(i + 1), WIDTH, y, null);
      y += rowHeight(pictures, i);
    }
    graphics.dispose();
    return all;
  }

  private static int rowHeight(List<BufferedImage> pictures, int first) {
    return Math.max(pictures.get(first).getHeight(), pictures.get(first + 1).getHeight());
  }

  /**
   * A quantity that bars show.
   *
   * @param axis its name
   * @param quantity of a contender in a cell; null: not known
   */
  record Bars(String axis, BiFunction<CellResult, Entry, Spread> quantity) {}

  private static HorizontalBarChart bars(CellResult cell, Bars bars) {
    Function<Entry, Spread> quantity = entry -> bars.quantity().apply(cell, entry);
    List<Entry> entries =
        cell.entries().stream()
            .filter(entry -> entry.absent() == null && quantity.apply(entry) != null)
            // Sequential reads are no contender, and would dwarf all others.
            .filter(entry -> !entry.contender().equals("fio-sequential"))
            .sorted(Comparator.comparingDouble(entry -> -quantity.apply(entry).median()))
            .toList();
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(120 + 26 * entries.size())
            .title(cell.title())
            .xAxisTitle(bars.axis())
            .build();
    chart.getStyler().setLegendVisible(false);
    // XChart leaves out names that are closer together than the hint for the other axis, which
    // then has too many ticks; the numbers stand beside the names anyhow.
    chart.getStyler().setXAxisTickMarkSpacingHint(20);
    chart.getStyler().setXAxisTicksVisible(false);
    chart.getStyler().setPlotGridVerticalLinesVisible(false);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    if (!entries.isEmpty()) {
      chart.addSeries(
          bars.axis(),
          entries.stream().map(entry -> quantity.apply(entry).median()).toList(),
          // A label within a short bar could not be read, so the number goes with the name.
          entries.stream()
              .map(entry -> entry.contender() + "  " + Units.rate(quantity.apply(entry).median()))
              .toList());
    }
    return chart;
  }
}
