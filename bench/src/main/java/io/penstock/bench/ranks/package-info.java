/**
 * Very large jobs, simulated by positions alone: what ranks of 10^12 records get, whether each
 * record is delivered once, what it costs to compute, and what a shuffle by Spark would send. The
 * code under test is that of loaders; no record is read.
 */
package io.penstock.bench.ranks;
