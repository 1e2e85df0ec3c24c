/**
 * What is decided before anything is read: how memory is divided, and which backend reads.
 *
 * <p>In come numbers: sizes, flags, the budget, what the page cache holds; out goes a plan with its
 * reason in one line. It is pure, so it can be tested for any device: it asks neither files nor the
 * C library, except through what it is handed.
 */
package io.penstock.internal.plan;
