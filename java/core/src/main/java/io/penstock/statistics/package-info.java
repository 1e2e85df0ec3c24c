/**
 * The figures that a loader keeps about itself, by name.
 *
 * <p>{@link io.penstock.statistics.Statistic} lists them, each with its unit and its name in JSON.
 * {@code loader.statistics().value(statistic)} has the value. Here are names only: nothing in this
 * package counts, and it imports nothing of Penstock.
 */
@NullMarked
package io.penstock.statistics;

import org.jspecify.annotations.NullMarked;
