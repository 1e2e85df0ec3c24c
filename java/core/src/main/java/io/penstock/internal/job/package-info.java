/**
 * Sets of positions in an epoch, as ranges: what a state says has been delivered, and what the
 * batches of a rank are cut from. Pure arithmetic.
 */
package io.penstock.internal.job;
