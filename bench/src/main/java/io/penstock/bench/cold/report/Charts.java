package io.penstock.bench.cold.report;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws PNG files: speed and processor time of all contenders, and speed against memory. */
final class Charts {
  private static final int WIDTH = 900;
  private static final int COLUMNS = 2;

  private Charts() {}

  /** Draws all there is to draw into a folder. */
  static List<Chart> draw(Results results, Path folder) throws IOException {
    List<Chart> charts = new ArrayList<>();
    for (CellResult cell : results.cells()) {
      drawMemory(cell, folder).ifPresent(charts::add);
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
      charts.add(drawBars(group.getKey(), group.getValue(), folder));
    }
    return charts;
  }

  private static Chart drawBars(String name, List<CellResult> cells, Path folder)
      throws IOException {
    List<HorizontalBarChart> charts = new ArrayList<>();
    for (CellResult cell : cells) {
      charts.add(bars(cell, "records/s", entry -> entry.recordsPerSecond()));
      charts.add(
          bars(
              cell,
              "CPU us/record",
              entry -> Spread.of(entry.rounds(), Measurement::cpuMicrosPerRecord)));
    }
    String file = "speed-" + name + ".png";
    BitmapEncoder.saveBitmap(
        charts,
        charts.size() / COLUMNS,
        COLUMNS,
        folder.resolve(file).toString(),
        BitmapFormat.PNG);
    return new Chart(file, "Records per second and processor time per record, " + name + ".");
  }

  private interface Quantity {
    Spread of(Entry entry);
  }

  private static HorizontalBarChart bars(CellResult cell, String axis, Quantity quantity) {
    List<Entry> entries =
        cell.entries().stream()
            .filter(entry -> entry.absent() == null && quantity.of(entry) != null)
            // Sequential reads are no contender, and would dwarf all others.
            .filter(entry -> !entry.contender().equals("fio-sequential"))
            .sorted(Comparator.comparingDouble(entry -> -quantity.of(entry).median()))
            .toList();
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder()
            .width(WIDTH)
            .height(120 + 26 * entries.size())
            .title(cell.title())
            .xAxisTitle(axis)
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
          axis,
          entries.stream().map(entry -> quantity.of(entry).median()).toList(),
          // A label within a short bar could not be read, so the number goes with the name.
          entries.stream()
              .map(entry -> entry.contender() + "  " + Units.rate(quantity.of(entry).median()))
              .toList());
    }
    return chart;
  }

  private static Optional<Chart> drawMemory(CellResult cell, Path folder) throws IOException {
    List<Entry> windows =
        cell.entries().stream()
            .filter(entry -> entry.absent() == null)
            .filter(entry -> entry.contender().matches("penstock-(uring|window-.+)"))
            .sorted(Comparator.comparingLong(Entry::memoryBytes))
            .toList();
    if (windows.size() < 2) {
      return Optional.empty();
    }
    double dataBytes = (double) cell.recordBytes() * cell.recordCount();
    double[] shares =
        windows.stream().mapToDouble(window -> 100 * window.memoryBytes() / dataBytes).toArray();
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(520)
            .title("Exact shuffle, " + cell.title())
            .xAxisTitle("memory, % of the data")
            .yAxisTitle("records/s")
            .build();
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(Units::rate);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.addSeries(
        "Penstock",
        shares,
        windows.stream().mapToDouble(window -> window.recordsPerSecond().median()).toArray());
    addModel(chart, cell, shares);
    addLevel(chart, cell, "fio-random", "random-read limit (fio)", shares);
    addLevel(chart, cell, "numpy-memmap-random", "NumPy memmap, RANDOM", shares);
    addLevel(chart, cell, "numpy-memmap", "NumPy memmap", shares);
    String file = "memory-%d-%s-%s.png".formatted(cell.recordBytes(), cell.state(), cell.profile());
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", folder.resolve(file).toFile());
    return Optional.of(new Chart(file, "Records per second against memory, " + cell.title() + "."));
  }

  private static void addModel(XYChart chart, CellResult cell, double[] shares) {
    double[] speeds = new double[shares.length];
    for (int i = 0; i < shares.length; i++) {
      Optional<Spread> model = cell.model(100 / shares[i]);
      if (model.isEmpty()) {
        return;
      }
      speeds[i] = model.get().median();
    }
    XYSeries series = chart.addSeries("limit of random or sequential reads", shares, speeds);
    series.setLineStyle(SeriesLines.DASH_DASH);
    series.setMarker(SeriesMarkers.NONE);
  }

  /** A line at the height of a contender that takes no memory of its own. */
  private static void addLevel(
      XYChart chart, CellResult cell, String contender, String label, double[] shares) {
    Optional<Entry> entry = cell.entry(contender);
    if (entry.isEmpty()) {
      return;
    }
    double speed = entry.get().recordsPerSecond().median();
    XYSeries series =
        chart.addSeries(
            label, new double[] {0, shares[shares.length - 1]}, new double[] {speed, speed});
    series.setMarker(SeriesMarkers.NONE);
  }
}
