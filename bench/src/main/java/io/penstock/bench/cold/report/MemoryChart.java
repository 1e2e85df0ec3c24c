package io.penstock.bench.cold.report;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Records per second against memory, for one cell: what Penstock's windows reach, beside what the
 * disk allows and what peers reach. It is the picture of the README, so its lines carry their names
 * themselves, and it can be read at two thirds of its size.
 */
final class MemoryChart {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 720;
  private static final int MODEL_POINTS = 100;

  /** How far above its line a name stands, and below its point a figure: shares of the height. */
  private static final double LABEL_LIFT = 0.022;

  private static final double LABEL_DROP = 0.045;

  /** Leaves room for the legend. */
  private static final double ROOM_ABOVE = 5;

  private static final String WINDOWS = "penstock-(uring|window-.+)";
  private static final String LEVELS = "fio-random|pytorch|numpy-memmap-random";

  private static final Color PENSTOCK = new Color(0x1f5fbf);
  private static final Color MODEL = new Color(0x8c8c8c);
  private static final Color LIMIT = new Color(0xc23b22);
  private static final Color PEER = new Color(0x3f8f4f);

  private final CellResult cell;
  private final List<Entry> windows;
  private final double mostShare;
  private final XYChart chart;
  private final double bottom;
  private final double top;

  private MemoryChart(CellResult cell, List<Entry> windows) {
    this.cell = cell;
    this.windows = windows;
    this.mostShare = share(windows.getLast());
    double least = speeds(cell).min().orElseThrow();
    this.bottom = Math.pow(10, Math.floor(Math.log10(least * 0.9)));
    this.top = ROOM_ABOVE * windows.stream().mapToDouble(MemoryChart::speed).max().orElseThrow();
    this.chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title(cell))
            .xAxisTitle("memory allowed, % of the data (" + Units.bytes(cell.dataBytes()) + ")")
            .yAxisTitle("records per second, delivered in order")
            .build();
  }

  /** Draws the cell into a folder; empty if too little was measured. */
  static Optional<Chart> draw(CellResult cell, Path folder) throws IOException {
    List<Entry> windows =
        cell.entries().stream()
            .filter(entry -> entry.absent() == null)
            .filter(entry -> entry.contender().matches(WINDOWS))
            .sorted(Comparator.comparingLong(Entry::memoryBytes))
            .toList();
    if (windows.size() < 2) {
      return Optional.empty();
    }
    String file =
        "memory-%s-%s-%s-%s.png"
            .formatted(
                cell.recordLabel(),
                Units.bytes(cell.dataBytes()).replaceAll("[^0-9.KMGT]", ""),
                cell.state(),
                cell.profile());
    ImageIO.write(
        BitmapEncoder.getBufferedImage(new MemoryChart(cell, windows).drawn()),
        "png",
        folder.resolve(file).toFile());
    return Optional.of(new Chart(file, "Records per second against memory, " + cell.title() + "."));
  }

  private static double speed(Entry entry) {
    return entry.recordsPerSecond().median();
  }

  /** Of all that is drawn. */
  private static DoubleStream speeds(CellResult cell) {
    return cell.entries().stream()
        .filter(entry -> entry.absent() == null)
        .filter(entry -> entry.contender().matches(WINDOWS + "|" + LEVELS))
        .mapToDouble(MemoryChart::speed);
  }

  private static String title(CellResult cell) {
    return "Exact shuffle of a file of %s, %s records, %s%s"
        .formatted(
            Units.bytes(cell.dataBytes()),
            cell.shortRecordName(),
            cell.state().equals("larger") ? "larger than memory" : "cold",
            cell.profile().equals("as-is") ? "" : ", " + cell.profile());
  }

  private double share(Entry entry) {
    return 100 * entry.memoryBytes() / cell.dataBytes();
  }

  private XYChart drawn() {
    style();
    addModel();
    addLevel("fio-random", "random-read limit of the disk (fio)", LIMIT);
    addLevel("pytorch", "PyTorch DataLoader, best number of workers", PEER);
    // Plain mappings depend on the kernel's readahead: the better advice stands for both.
    addLevel("numpy-memmap-random", "NumPy memmap, advised RANDOM", PEER);
    addPenstock();
    return chart;
  }

  private void style() {
    XYStyler styler = chart.getStyler();
    ChartStyle.largeLetters(styler);
    styler.setMarkerSize(12);
    styler.setYAxisLogarithmic(true);
    styler.setYAxisLogarithmicDecadeOnly(true);
    styler.setYAxisTickLabelsFormattingFunction(Units::roundRate);
    styler.setXAxisTickLabelsFormattingFunction(value -> String.format(Locale.ROOT, "%.0f", value));
    styler.setYAxisMin(bottom);
    styler.setYAxisMax(top);
    styler.setXAxisMin(0.0);
    // Room for the label of the last point.
    styler.setXAxisMax(mostShare * 1.12);
  }

  private void addModel() {
    double first = share(windows.getFirst());
    double[] shares = new double[MODEL_POINTS];
    double[] speeds = new double[MODEL_POINTS];
    for (int i = 0; i < MODEL_POINTS; i++) {
      shares[i] = first + (mostShare - first) * i / (MODEL_POINTS - 1);
      Optional<Spread> model = cell.model(100 / shares[i]);
      if (model.isEmpty()) {
        return;
      }
      speeds[i] = model.get().median();
    }
    line("model: max(random, sequential / R), memory for 1/R", shares, speeds, MODEL, 2.5f)
        .setShowInLegend(true);
  }

  /** A line at the height of a contender that takes no memory of its own. */
  private void addLevel(String contender, String name, Color color) {
    Optional<Entry> entry = cell.entry(contender);
    if (entry.isEmpty()) {
      return;
    }
    double speed = speed(entry.get());
    line(contender, new double[] {0, mostShare}, new double[] {speed, speed}, color, 2.5f);
    label(name + ": " + Units.rate(speed), mostShare * 0.62, speed, LABEL_LIFT);
  }

  private void addPenstock() {
    double[] shares = windows.stream().mapToDouble(this::share).toArray();
    double[] speeds = windows.stream().mapToDouble(MemoryChart::speed).toArray();
    XYSeries series = line("Penstock", shares, speeds, PENSTOCK, 4);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(PENSTOCK);
    series.setShowInLegend(true);
    for (int i = 0; i < shares.length; i++) {
      label(Units.rate(speeds[i]), shares[i], speeds[i], -LABEL_DROP);
    }
  }

  private XYSeries line(String name, double[] x, double[] y, Color color, float width) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(color);
    series.setLineWidth(width);
    series.setShowInLegend(false);
    series.setMarker(SeriesMarkers.NONE);
    return series;
  }

  private void label(String text, double x, double y, double lift) {
    // On an axis of powers a distance is a factor.
    double factor = Math.pow(top / bottom, lift);
    chart.addAnnotation(new AnnotationText(text, x, y * factor, false));
  }
}
