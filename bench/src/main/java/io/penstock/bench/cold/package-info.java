/**
 * The harness: reads files that are not in memory, beside other programs, and reports.
 *
 * <p>{@code Main} parses options, {@code Harness} goes over cells (record size, state of the cache,
 * device profile) and rounds, {@code Catalog} knows the contenders, a {@code Runner} runs one of
 * them once, in a process of its own. What was measured is {@code report.Results}, and all tables
 * and charts are made from that alone.
 */
package io.penstock.bench.cold;
