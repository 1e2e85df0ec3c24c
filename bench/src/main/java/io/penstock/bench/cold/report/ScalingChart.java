package io.penstock.bench.cold.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Records per second over reading threads, a colour for each size of memory: what was measured as a
 * solid line, what memory allows as a dashed one, what the device allows as a dotted one.
 */
final class ScalingChart {
  private static final int WIDTH = 1200;
  private static final int HEIGHT = 800;

  /** Leaves room for the legend. */
  private static final double ROOM_ABOVE = 1.5;

  /** How far from its point a figure stands: a share of the height. */
  private static final double LABEL_DISTANCE = 0.03;

  private static final Color[] COLORS = {
    new Color(0x1f5fbf), new Color(0x3f8f4f), new Color(0xe0a100), new Color(0xc23b22)
  };
  private static final BasicStroke SOLID = new BasicStroke(4);
  private static final BasicStroke DASHED = stroke(12, 8);
  private static final BasicStroke DOTTED = stroke(3, 7);

  private final ScalingResult result;
  private final XYChart chart;
  private double most;

  private ScalingChart(ScalingResult result) {
    this.result = result;
    this.chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                "Exact shuffle of a file of %s, records of %s, cold"
                    .formatted(
                        Units.bytes(result.dataBytes()),
                        Units.bytes((double) result.recordBytes())))
            .xAxisTitle("reading threads (ioThreads)")
            .yAxisTitle("records per second, delivered in order")
            .build();
  }

  private static BasicStroke stroke(float dash, float gap) {
    return new BasicStroke(
        2.5f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {dash, gap}, 0);
  }

  /** Draws the picture; nothing and false if nothing was measured. */
  static boolean draw(ScalingResult result, Path file) throws IOException {
    if (result.readings().stream().allMatch(reading -> reading.entry().rounds().isEmpty())) {
      return false;
    }
    XYChart drawn = new ScalingChart(result).drawn();
    ImageIO.write(BitmapEncoder.getBufferedImage(drawn), "png", file.toFile());
    return true;
  }

  private XYChart drawn() {
    int color = 0;
    for (int part : result.parts()) {
      Color own = COLORS[color++ % COLORS.length];
      line(part, "memory for 1/%d".formatted(part), own, SOLID, SeriesMarkers.CIRCLE, this::speed);
      line(
          part,
          "1/%d: what the bandwidth of memory allows".formatted(part),
          own,
          DASHED,
          SeriesMarkers.NONE,
          result::memoryLimit);
      line(
          part,
          "1/%d: what the device allows, fio sequential / %d".formatted(part, part),
          own,
          DOTTED,
          SeriesMarkers.NONE,
          reading -> result.deviceLimit(reading.part()));
    }
    style();
    addFigures();
    return chart;
  }

  private Spread speed(ScalingResult.ScaledReading reading) {
    return reading.entry().recordsPerSecond();
  }

  private void line(
      int part,
      String name,
      Color color,
      BasicStroke stroke,
      Marker marker,
      Function<ScalingResult.ScaledReading, Spread> quantity) {
    List<ScalingResult.ScaledReading> known =
        result.readings(part).stream().filter(reading -> quantity.apply(reading) != null).toList();
    if (known.isEmpty()) {
      return;
    }
    double[] y = known.stream().mapToDouble(reading -> quantity.apply(reading).median()).toArray();
    for (double value : y) {
      most = Math.max(most, value);
    }
    XYSeries series =
        chart.addSeries(
            name, known.stream().mapToDouble(ScalingResult.ScaledReading::threads).toArray(), y);
    series.setLineColor(color);
    series.setLineStyle(stroke);
    series.setMarker(marker);
    series.setMarkerColor(color);
  }

  private void style() {
    XYStyler styler = chart.getStyler();
    ChartStyle.largeLetters(styler);
    styler.setMarkerSize(12);
    styler.setYAxisTickLabelsFormattingFunction(Units::rate);
    styler.setXAxisTickLabelsFormattingFunction(
        value -> value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : "");
    styler.setYAxisMin(0.0);
    styler.setYAxisMax(ROOM_ABOVE * most);
    int threads =
        result.readings().stream()
            .mapToInt(ScalingResult.ScaledReading::threads)
            .max()
            .orElseThrow();
    styler.setXAxisMin(0.0);
    styler.setXAxisMax(threads + 0.5);
    // A tick a thread.
    styler.setXAxisTickMarkSpacingHint(WIDTH * 4 / 5 / threads);
    styler.setYAxisTickMarkSpacingHint(HEIGHT / 10);
  }

  /** Those of the most memory above their points, the others below. */
  private void addFigures() {
    for (ScalingResult.ScaledReading reading : result.readings()) {
      Spread speed = speed(reading);
      if (speed != null) {
        boolean isAbove = reading.part() == result.parts().getFirst();
        double distance = (isAbove ? LABEL_DISTANCE : -LABEL_DISTANCE) * ROOM_ABOVE * most;
        chart.addAnnotation(
            new AnnotationText(
                Units.rate(speed.median()), reading.threads(), speed.median() + distance, false));
      }
    }
  }
}
