/**
 * What loaders do, as metrics of Micrometer, for whatever collects those.
 *
 * <pre>{@code
 * new LoaderMetrics(loader, Tags.of("loader", "training")).bindTo(registry);
 * }</pre>
 */
package io.penstock.micrometer;
