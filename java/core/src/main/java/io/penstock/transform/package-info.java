/**
 * What is done to records between reading and delivery, on several threads, with the same result
 * for any number of them.
 *
 * <p>A {@link io.penstock.transform.Transform} makes columns of other columns; {@link
 * io.penstock.LoaderBuilder#transform} appends it to a loader's chain. A {@link
 * io.penstock.transform.RecordTransform} looks at one record, a {@link
 * io.penstock.transform.BatchTransform} at all of a batch. Random numbers come from {@link
 * io.penstock.transform.RecordRandom}, which is a function of seed, epoch and position.
 */
package io.penstock.transform;
