/**
 * Lines of text as records of different sizes: JSONL, text, rows of CSV.
 *
 * <p>Any file has them on demand, as {@code FILE#lines}; no first bytes tell that they are meant.
 */
package io.penstock.internal.format.lines;
