/**
 * Folders of small files as data sets: each file is a record, and the folders in the folder are its
 * classes.
 *
 * <p>A {@link io.penstock.internal.folder.FolderScan FolderScan} lists a folder and defines the
 * order of its files. A {@link io.penstock.internal.folder.FolderIndex FolderIndex} keeps names,
 * sizes and times in an index file beside the folder, so that the next dataset opens without a
 * scan. Nothing here reads the files themselves.
 */
package io.penstock.internal.folder;
