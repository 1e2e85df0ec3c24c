/**
 * Arrays in pickles, found without loading them.
 *
 * <p>A small machine runs over the opcodes of a pickle and follows only what leads to arrays: it
 * imports nothing, calls nothing and skips the contents of arrays. The output are their layouts,
 * named by the path to each. Every loop and every allocation has a limit, as the file may be
 * hostile.
 */
package io.penstock.internal.format.pickle;
