/**
 * Where figures are counted: an array with a place for each {@link
 * io.penstock.statistics.Statistic}.
 *
 * <p>Gatherers and reading threads count into it, the pipeline adds up, events and the loader's
 * statistics read it. Arithmetic only: no lock and no clock. The owner of an object ensures its
 * visibility between threads.
 */
package io.penstock.internal.counters;
