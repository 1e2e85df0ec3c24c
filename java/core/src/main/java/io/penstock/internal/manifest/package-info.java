/**
 * The manifest of a dataset, which has the checksums of its files: what is in it, and how it is
 * written. The command line makes it of files that are there, and processes that write shards
 * together make it of what each of them has written.
 */
package io.penstock.internal.manifest;
