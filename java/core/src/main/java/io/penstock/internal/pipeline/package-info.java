/**
 * The reading threads, and the place where the consumer waits.
 *
 * <p>In come the batches of an epoch and a gatherer for each thread; out come finished slots in
 * order, and slots come back to be filled again. One lock guards everything, and nothing is
 * allocated per batch.
 */
package io.penstock.internal.pipeline;
