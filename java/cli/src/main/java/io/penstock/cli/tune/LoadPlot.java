package io.penstock.cli.tune;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.tune.Measurements;
import io.penstock.internal.tune.ProbePoint;
import io.penstock.internal.tune.Tuning;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A plot of a device under load: requests per second by queue depth, and bytes per second by
 * request size beside the limit of sequential reading.
 *
 * <p>Needs no display. All axes are logarithmic. XChart has no axis in base 2, so the horizontal
 * ones are linear axes of logarithms with labels in powers of two.
 */
public final class LoadPlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 560;
  private static final float LINE_WIDTH = 2;

  /** From dark to bright, in the order of sizes; safe for the colour-blind. */
  private static final Color[] COLORS = {
    new Color(0x440154), new Color(0x46327E), new Color(0x365C8D), new Color(0x277F8E),
    new Color(0x1FA187), new Color(0x4AC16D), new Color(0xA0C022), new Color(0xE0B400),
  };

  private final Measurements found;
  private final String title;

  private LoadPlot(Measurements found, String title) {
    this.found = found;
    this.title = title;
  }

  /**
   * Draws the plot and writes the PNG.
   *
   * @param found what was measured
   * @param title of the picture, in a few words
   * @param file the PNG; replaced if it exists
   * @throws IOException if it cannot be written
   * @throws PenstockException if this Java cannot draw text
   */
  public static void write(Measurements found, String title, Path file) throws IOException {
    Files.write(file, new LoadPlot(found, title).png());
  }

  private byte[] png() throws IOException {
    System.setProperty("java.awt.headless", "true");
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BitmapEncoder.saveBitmap(
          List.of(byDepth(), bySize()), 1, 2, bytes, BitmapEncoder.BitmapFormat.PNG);
      return bytes.toByteArray();
    } catch (LinkageError | RuntimeException | InternalError e) {
      // Java needs libraries and fonts of the system for text, and throws this without them.
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          "the plot could not be drawn: expected fonts that Java can use, found: %s: install"
                  .formatted(e)
              + " fontconfig and a font (Debian: fontconfig, fonts-dejavu-core)",
          e);
    }
  }

  private XYChart byDepth() {
    XYChart chart = chart(title, "requests in flight", "random requests/s");
    List<Integer> drawn = found.plan().sizes().stream().filter(found::hasSize).toList();
    for (int size : drawn) {
      double[] depths =
          found.plan().depths().stream()
              .filter(depth -> rate(size, depth) > 0)
              .mapToDouble(Integer::doubleValue)
              .toArray();
      double[] rates = new double[depths.length];
      for (int i = 0; i < rates.length; i++) {
        rates[i] = rate(size, (int) depths[i]);
      }
      int color = drawn.indexOf(size) * (COLORS.length - 1) / Math.max(1, drawn.size() - 1);
      add(chart, Tuning.size(size), depths, rates, COLORS[color]);
    }
    decades(chart);
    return chart;
  }

  private double rate(int size, int depth) {
    return found.requestsPerSecond(ProbePoint.random(size, depth));
  }

  private XYChart bySize() {
    XYChart chart = chart("Bytes by size of request", "bytes in a request", "MB/s");
    double[] sizes =
        found.plan().sizes().stream()
            .filter(found::hasSize)
            .mapToDouble(Integer::doubleValue)
            .toArray();
    double[] random = new double[sizes.length];
    for (int i = 0; i < random.length; i++) {
      random[i] = found.randomLimit((int) sizes[i]) * sizes[i] / 1e6;
    }
    add(chart, "random, best depth", sizes, random, COLORS[0]);
    double limit = found.sequentialLimit() / 1e6;
    XYSeries line =
        add(
            chart,
            "in the file's order",
            new double[] {sizes[0], sizes[sizes.length - 1]},
            new double[] {limit, limit},
            COLORS[COLORS.length - 1]);
    line.setMarker(SeriesMarkers.NONE);
    line.setLineStyle(
        new BasicStroke(
            LINE_WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {6, 4}, 0));
    decades(chart);
    return chart;
  }

  /** Ends the y axis at powers of ten, the only places with labels. */
  private static void decades(XYChart chart) {
    DoubleSummaryStatistics values =
        chart.getSeriesCollection().stream()
            .flatMapToDouble(series -> DoubleStream.of(series.getYData()))
            .summaryStatistics();
    chart.getStyler().setYAxisMin(Math.pow(10, Math.floor(Math.log10(values.getMin()))));
    chart.getStyler().setYAxisMax(Math.pow(10, Math.ceil(Math.log10(values.getMax()))));
  }

  private static XYSeries add(
      XYChart chart, String name, double[] places, double[] values, Color color) {
    double[] logarithms = new double[places.length];
    for (int i = 0; i < places.length; i++) {
      logarithms[i] = Math.log(places[i]) / Math.log(2);
    }
    XYSeries series = chart.addSeries(name, logarithms, values);
    series.setLineWidth(LINE_WIDTH);
    series.setLineColor(color);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(color);
    return series;
  }

  private static XYChart chart(String title, String horizontal, String vertical) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(horizontal)
            .yAxisTitle(vertical)
            .build();
    chart
        .getStyler()
        .setYAxisLogarithmic(true)
        .setYAxisTickLabelsFormattingFunction(
            value -> String.format(Locale.ROOT, value < 1 ? "%s" : "%,.0f", value))
        .setXAxisTickLabelsFormattingFunction(LoadPlot::powerOfTwo)
        .setXAxisTickMarkSpacingHint(45)
        .setPlotGridLinesColor(new Color(225, 225, 225))
        .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14))
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setMarkerSize(7)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false)
        .setLegendBorderColor(Color.WHITE)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(LegendLayout.Horizontal);
    return chart;
  }

  /** The label; empty between powers. */
  private static String powerOfTwo(double exponent) {
    return exponent == Math.rint(exponent) ? Tuning.size(1L << (int) exponent) : "";
  }
}
