/**
 * What the processes of a training job share: their parts of an epoch, and how far they have come.
 *
 * <p>All processes of a job take batches at the same pace: in each step every rank takes one. The
 * parts of the ranks never overlap, and together they are the epoch; no number has to be divisible
 * by another. A {@link io.penstock.job.Remainder Remainder} says what happens to the last records.
 * How the records of an epoch are divided among the ranks depends on the order alone:
 *
 * <ul>
 *   <li>In an order without windows, a step takes the next positions, and each rank takes a run of
 *       them. What has been delivered is always the beginning of the order: one number.
 *   <li>In a block shuffle, whose records come in windows of whole blocks, that would make every
 *       rank read every block. So each rank takes one long stretch of the order for the whole
 *       epoch, and shares only the windows at the two ends of its stretch with other ranks. What
 *       has been delivered is then a range for each rank.
 * </ul>
 *
 * <p>That is ranks by position. By place ({@link io.penstock.job.RankBy RankBy}) the ranks share
 * out the records of each step in another way: sorted by index and cut into slices, so that each
 * rank reads a part of the data of its own. Steps, sizes of batches and states stay the same.
 *
 * <p>After the same number of batches each rank knows what has been delivered to all of them: a
 * {@link io.penstock.job.LoaderState LoaderState}, as one line of text, which {@link
 * io.penstock.job.StateFile StateFile} keeps in a file. A state saved by any rank is the state of
 * the job, and a job with another number of ranks and another batch size can resume from it. All of
 * this is arithmetic on positions: no process talks to another.
 */
@NullMarked
package io.penstock.job;

import org.jspecify.annotations.NullMarked;
