/**
 * Checksums of whole files, one for each MiB, read past the page cache. The command line keeps them
 * in its manifest.
 */
package io.penstock.internal.checksum;
