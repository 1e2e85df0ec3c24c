/**
 * What the processes of a training job share: their parts of an epoch, and how far they have come.
 *
 * <p>A {@link io.penstock.job.Partition Partition} says which process this is; a {@link
 * io.penstock.job.Deal Deal} lists its batches in an epoch; a {@link io.penstock.job.LoaderState
 * LoaderState} is what has been delivered to all of them, as one line of text, and {@link
 * io.penstock.job.StateFile StateFile} keeps it in a file. All of it is arithmetic on positions: no
 * process talks to another.
 */
package io.penstock.job;
