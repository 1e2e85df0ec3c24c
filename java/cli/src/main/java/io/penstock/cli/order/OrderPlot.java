package io.penstock.cli.order;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.sampler.Sampler;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A plot of an order: position in the epoch on the x axis, index in the file on the y axis, a dot
 * for each of some thousand equidistant positions. An exact shuffle is an even cloud, a block
 * shuffle has columns of stripes, the order of the file is a line. Needs no display.
 */
public final class OrderPlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 600;

  /** As many dots as can be told apart on so many pixels. */
  private static final int MOST_DOTS = 12_000;

  private OrderPlot() {}

  /**
   * Draws an order and writes the PNG.
   *
   * @param sampler the order
   * @param epoch which of its epochs
   * @param title of the picture, in a few words
   * @param file the PNG; replaced if it exists
   * @throws IOException if it cannot be written
   * @throws PenstockException if this Java cannot draw text
   */
  public static void write(Sampler sampler, long epoch, String title, Path file)
      throws IOException {
    System.setProperty("java.awt.headless", "true");
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      BitmapEncoder.saveBitmap(
          List.of(chart(sampler, epoch, title)), 1, 1, bytes, BitmapEncoder.BitmapFormat.PNG);
      Files.write(file, bytes.toByteArray());
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

  private static XYChart chart(Sampler sampler, long epoch, String title) {
    int dots = (int) Math.min(MOST_DOTS, sampler.positionCount());
    double[] positions = new double[dots];
    double[] indices = new double[dots];
    for (int i = 0; i < dots; i++) {
      // In two steps: the product may need more than 64 bits.
      long position =
          sampler.positionCount() / dots * i + sampler.positionCount() % dots * i / dots;
      positions[i] = position;
      indices[i] = sampler.index(epoch, position);
    }
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("position in the epoch")
            .yAxisTitle("index in the file")
            .build();
    chart
        .getStyler()
        .setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
        .setXAxisMin(0.0)
        .setXAxisMax((double) Math.max(1, sampler.positionCount()))
        .setYAxisMin(0.0)
        .setYAxisMax((double) Math.max(1, sampler.recordCount()))
        .setXAxisTickLabelsFormattingFunction(OrderPlot::count)
        .setYAxisTickLabelsFormattingFunction(OrderPlot::count)
        .setPlotGridLinesColor(new Color(235, 235, 235))
        .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14))
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setMarkerSize(3)
        .setLegendVisible(false)
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBorderVisible(false);
    chart
        .addSeries("order", positions, indices)
        .setMarker(SeriesMarkers.CIRCLE)
        .setMarkerColor(new Color(0x365C8D));
    return chart;
  }

  private static String count(double value) {
    return String.format(Locale.ROOT, "%,.0f", value);
  }
}
