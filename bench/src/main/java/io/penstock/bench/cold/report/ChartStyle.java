package io.penstock.bench.cold.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;

/** How charts look that are read at two thirds of their size. */
final class ChartStyle {
  private static final Color GRID = new Color(0xe4e4e4);

  private ChartStyle() {}

  /** Letters, grid and legend. */
  static void largeLetters(XYStyler styler) {
    styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 24));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 20));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 19));
    styler.setAnnotationTextFont(new Font(Font.SANS_SERIF, Font.PLAIN, 19));
    styler.setAnnotationTextFontColor(Color.DARK_GRAY);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1));
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 19));
    styler.setLegendPosition(LegendPosition.InsideNW);
    styler.setLegendSeriesLineLength(40);
    styler.setLegendBorderColor(Color.WHITE);
  }
}
