/**
 * What a file looks like by its first bytes, for messages about files that cannot be read.
 *
 * <p>{@link io.penstock.internal.kind.FileKind FileKind} recognises many more formats than this
 * library reads: archives, compressed files, pictures, tables, documents. It knows what such a file
 * holds, and what a user can do with it. It is a guess, and never decides how data are read.
 */
package io.penstock.internal.kind;
