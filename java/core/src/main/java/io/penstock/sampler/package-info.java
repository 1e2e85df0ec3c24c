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
 * <h2>Samplers</h2>
 *
 * <ul>
 *   <li>{@link io.penstock.sampler.Sequential Sequential}: the order of the file.
 *   <li>{@link io.penstock.sampler.FullShuffle FullShuffle}: the exact shuffle, another one in each
 *       epoch. 20 to 50 million indices a second on one core, in memory that does not grow with the
 *       number of records. Its order is specified, with test vectors, in ORDER.md beside the
 *       source.
 * </ul>
 *
 * <p>All samplers may be used by any number of threads at once.
 */
package io.penstock.sampler;
