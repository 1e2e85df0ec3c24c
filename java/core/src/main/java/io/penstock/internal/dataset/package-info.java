/**
 * The columns of an open dataset, and the files under them.
 *
 * <p>In come the paths that a user named; out go columns over open files, mappings of them, single
 * records, and the identity of the data. It checks that files belong together and have not changed.
 * It does not decide how records are read.
 */
package io.penstock.internal.dataset;
