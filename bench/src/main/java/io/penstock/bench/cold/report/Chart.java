package io.penstock.bench.cold.report;

/**
 * A picture of the report.
 *
 * @param fileName in the folder of the results
 * @param caption what it shows
 */
public record Chart(String fileName, String caption) {}
