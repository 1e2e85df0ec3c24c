package io.penstock.bench.cold.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A point for each rate that was foretold and measured: on the line in the middle it came true. */
final class ForecastChart {
  private static final int SIZE = 900;
  private static final double TOLERANCE = 0.15;
  private static final Color LINE = new Color(0x8c8c8c);
  private static final Color[] COLORS = {
    new Color(0xc23b22), new Color(0xe0a100), new Color(0x3f8f4f), new Color(0x1f5fbf)
  };

  private ForecastChart() {}

  /** Draws the picture; nothing and false if nothing was measured. */
  static boolean draw(List<ForecastResult> results, Path file) throws IOException {
    Map<String, List<ForecastResult.Pair>> devices =
        results.stream()
            .filter(one -> one.absent() == null)
            .collect(
                Collectors.groupingBy(
                    ForecastResult::profile,
                    LinkedHashMap::new,
                    Collectors.flatMapping(one -> one.rates().stream(), Collectors.toList())));
    if (devices.isEmpty()) {
      return false;
    }
    double[] all =
        devices.values().stream()
            .flatMap(List::stream)
            .flatMapToDouble(pair -> DoubleStream.of(pair.foretold(), pair.measured()))
            .sorted()
            .toArray();
    double low = Math.pow(10, Math.floor(Math.log10(all[0])));
    double high = Math.pow(10, Math.ceil(Math.log10(all[all.length - 1])));
    XYChart chart =
        new XYChartBuilder()
            .width(SIZE)
            .height(SIZE)
            .title("Records/s on throttled devices, first and later epochs; lines: equal, +-15 %")
            .xAxisTitle("foretold by penstock plan")
            .yAxisTitle("measured")
            .build();
    style(chart.getStyler(), low, high);
    line(chart, "equal", low, high, 1, 2f);
    line(chart, "+15 %", low, high, 1 + TOLERANCE, 1f);
    line(chart, "-15 %", low, high, 1 - TOLERANCE, 1f);
    int color = 0;
    for (Map.Entry<String, List<ForecastResult.Pair>> device : devices.entrySet()) {
      points(chart, device.getKey(), device.getValue(), COLORS[color++ % COLORS.length]);
    }
    ImageIO.write(BitmapEncoder.getBufferedImage(chart), "png", file.toFile());
    return true;
  }

  private static void style(XYStyler styler, double low, double high) {
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 18));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 17));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 16));
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLegendPosition(LegendPosition.InsideNW);
    styler.setMarkerSize(9);
    styler.setXAxisLogarithmic(true);
    styler.setYAxisLogarithmic(true);
    styler.setXAxisLogarithmicDecadeOnly(true);
    styler.setYAxisLogarithmicDecadeOnly(true);
    styler.setXAxisTickLabelsFormattingFunction(Units::roundRate);
    styler.setYAxisTickLabelsFormattingFunction(Units::roundRate);
    styler.setXAxisMin(low);
    styler.setXAxisMax(high);
    styler.setYAxisMin(low);
    styler.setYAxisMax(high);
  }

  private static void line(
      XYChart chart, String name, double low, double high, double factor, float width) {
    // Within the axes, or the line would be drawn beyond them.
    double begin = factor < 1 ? low / factor : low;
    double end = factor > 1 ? high / factor : high;
    XYSeries series =
        chart.addSeries(
            name, new double[] {begin, end}, new double[] {begin * factor, end * factor});
    series.setLineColor(LINE);
    series.setLineStyle(new BasicStroke(width));
    series.setMarker(SeriesMarkers.NONE);
    series.setShowInLegend(false);
  }

  private static void points(
      XYChart chart, String name, List<ForecastResult.Pair> pairs, Color color) {
    XYSeries series =
        chart.addSeries(
            name,
            pairs.stream().mapToDouble(ForecastResult.Pair::foretold).toArray(),
            pairs.stream().mapToDouble(ForecastResult.Pair::measured).toArray());
    series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(color);
  }
}
