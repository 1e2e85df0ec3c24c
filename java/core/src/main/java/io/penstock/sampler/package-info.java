/**
 * Orders: which record comes at which position of an epoch.
 *
 * <p>A {@link io.penstock.sampler.Sampler Sampler} is a pure function from (epoch, position) to the
 * index of a record, and back. A loader asks it for the next few thousand indices at a time. Use it
 * directly to look at an order without reading anything, to find a position, or to share an order
 * with another program.
 *
 * {@snippet lang="java" :
 * Sampler sampler = new FullShuffle(1_000_000_000_000L, 42); // 10^12 records, seed 42
 * long first = sampler.index(0, 0); // the record that epoch 0 starts with
 * long place = sampler.position(7, first); // where epoch 7 has it
 * try (Arena arena = Arena.ofConfined()) {
 *   MemorySegment indices = arena.allocate(ValueLayout.JAVA_LONG, 256);
 *   sampler.fill(7, place, indices, 256); // it, and the 255 records after it
 *   long second = indices.getAtIndex(ValueLayout.JAVA_LONG, 1);
 * }
 * }
 *
 * <p>(The last lines fail if epoch 7 has fewer than 256 positions from {@code place} on.)
 *
 * <h2>Orders of a dataset</h2>
 *
 * <ul>
 *   <li>{@link io.penstock.sampler.Sequential Sequential}: the order of the file.
 *   <li>{@link io.penstock.sampler.FullShuffle FullShuffle}: the exact shuffle, a new one in each
 *       epoch. It computes 20 to 50 million indices a second on one core, in memory that does not
 *       grow with the number of records.
 *   <li>{@link io.penstock.sampler.BlockShuffle BlockShuffle}: whole blocks, with records shuffled
 *       within windows of blocks, for devices on which random reads are too slow. As fast.
 *   <li>{@link io.penstock.sampler.WeightedSampler WeightedSampler} and {@link
 *       io.penstock.sampler.WeightedShuffle WeightedShuffle}: draws by weight, with and without
 *       replacement; {@link io.penstock.sampler.ClassBalanced ClassBalanced}: all classes alike.
 *   <li>{@link io.penstock.sampler.Mixture Mixture}: several datasets by weight.
 *   <li>{@link io.penstock.sampler.Sampler#of Sampler.of(recordCount, indices)}: any list, such as
 *       hard examples or a curriculum. For a list that changes, build a new loader each time, or
 *       write a sampler whose {@code index} depends on the epoch.
 *   <li>{@link io.penstock.sampler.WindowShuffle WindowShuffle}: {@link
 *       io.penstock.sampler.TokenWindows windows} over a stream of tokens.
 * </ul>
 *
 * <p>ORDER.md beside the source specifies the orders, with a program and test vectors for the
 * shuffles. A {@link io.penstock.sampler.MixingReport MixingReport} tells how well an order mixes,
 * before anything is read.
 *
 * <h2>Parts of a dataset, and parts of an epoch</h2>
 *
 * <p>A {@link io.penstock.sampler.Split Split} divides the records, for training and validation; a
 * {@link io.penstock.sampler.Subset Subset} is some of them. A {@link
 * io.penstock.sampler.SubsetSampler SubsetSampler} puts them into any order. {@link
 * io.penstock.sampler.LimitedSampler LimitedSampler} and {@link io.penstock.sampler.RepeatedSampler
 * RepeatedSampler} make epochs shorter and longer.
 *
 * <p>Several processes share an epoch as {@code io.penstock.job} says. How far all of them have
 * come is a {@link io.penstock.job.LoaderState LoaderState}: a line of text from which a job of any
 * size resumes. A loader takes all of these: {@code dataset.loader().sampler(order).rank(0,
 * 4).state(state)}.
 *
 * <p>All of these are thread-safe.
 */
@NullMarked
package io.penstock.sampler;

import org.jspecify.annotations.NullMarked;
