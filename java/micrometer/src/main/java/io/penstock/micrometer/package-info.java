/**
 * Metrics of loaders for Micrometer.
 *
 * <pre>{@code
 * new LoaderMetrics(loader, Tags.of("loader", "training")).bindTo(registry);
 * }</pre>
 */
package io.penstock.micrometer;
