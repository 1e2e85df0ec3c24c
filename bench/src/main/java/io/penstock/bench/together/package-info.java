/**
 * A program that measures ranks of one job that read one file on one disk together, beside one
 * process: {@code RankHarness} does it.
 */
package io.penstock.bench.together;
