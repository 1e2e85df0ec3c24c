/**
 * From measurements to a report: statistics over rounds, goals, tables, charts. Everything here is
 * a function of {@code Results}, which is also what is kept as JSON; nothing measures.
 */
package io.penstock.bench.cold.report;
