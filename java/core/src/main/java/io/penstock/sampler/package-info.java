/**
 * Orders: which record comes at which position of an epoch.
 *
 * <p>A {@link io.penstock.sampler.Sampler Sampler} is a pure function from (epoch, position) to the
 * index of a record, and back. A loader asks it for the next few thousand indices at a time; use it
 * directly to know an order without reading anything, to resume at a position, or to share an order
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
 * <p>(The last lines fail when epoch 7 has fewer than 256 positions left behind {@code place}.)
 *
 * <h2>Orders of a dataset</h2>
 *
 * <ul>
 *   <li>{@link io.penstock.sampler.Sequential Sequential}: the order of the file.
 *   <li>{@link io.penstock.sampler.FullShuffle FullShuffle}: the exact shuffle, another one in each
 *       epoch. 20 to 50 million indices a second on one core, in memory that does not grow with the
 *       number of records.
 *   <li>{@link io.penstock.sampler.BlockShuffle BlockShuffle}: whole blocks, shuffled within
 *       windows of them, for devices on which random reads cannot win. As fast.
 *   <li>{@link io.penstock.sampler.WeightedSampler WeightedSampler} and {@link
 *       io.penstock.sampler.WeightedShuffle WeightedShuffle}: draws by weight, with and without
 *       replacement; {@link io.penstock.sampler.ClassBalanced ClassBalanced}: all classes alike.
 *   <li>{@link io.penstock.sampler.Mixture Mixture}: several datasets by weight.
 *   <li>{@link io.penstock.sampler.Sampler#of Sampler.of(recordCount, indices)}: any list, as hard
 *       examples or a curriculum give one. For each new list a new loader, or a sampler of your own
 *       whose {@code index} follows from the epoch.
 *   <li>{@link io.penstock.sampler.WindowShuffle WindowShuffle}: {@link
 *       io.penstock.sampler.TokenWindows windows} over a stream of tokens.
 * </ul>
 *
 * <p>What they deliver is specified in ORDER.md beside the source, with a program and test vectors
 * for the shuffles. A {@link io.penstock.sampler.MixingReport MixingReport} says how well any order
 * mixes, before anything is read.
 *
 * <h2>Parts of a dataset, and parts of an epoch</h2>
 *
 * <p>A {@link io.penstock.sampler.Split Split} divides the records, for training and validation; a
 * {@link io.penstock.sampler.Subset Subset} is some of them. A {@link
 * io.penstock.sampler.SubsetSampler SubsetSampler} puts them into any order. {@link
 * io.penstock.sampler.LimitedSampler LimitedSampler} and {@link io.penstock.sampler.RepeatedSampler
 * RepeatedSampler} make epochs shorter and longer.
 *
 * <p>A {@link io.penstock.sampler.Partition Partition} is the part of each epoch that one of
 * several processes reads, and its {@link io.penstock.sampler.Deal Deal} tells the batches. How far
 * they all came is a {@link io.penstock.sampler.LoaderState LoaderState}: a line of text that any
 * job of any size goes on from. A loader takes all of it: {@code
 * dataset.loader().sampler(order).rank(0, 4).state(state)}.
 *
 * <p>All of these may be used by any number of threads at once.
 */
package io.penstock.sampler;
