/**
 * Folders of MDS shards, as the command line treats them: compressed shards are unpacked into a new
 * folder, and the hashes in the list of shards are compared with the files.
 */
package io.penstock.cli.mds;
