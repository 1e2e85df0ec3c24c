/**
 * Folders of small files as data sets: each file is a record, and the folders in the folder are its
 * classes.
 *
 * <p>A {@link io.penstock.internal.folder.FolderScan FolderScan} lists a folder and defines the
 * order of its files. A {@link io.penstock.internal.folder.FolderIndex FolderIndex} keeps names,
 * sizes and times in an index file beside the folder, so that the next dataset opens without a
 * scan. Nothing here reads the files themselves.
 *
 * <p>That index file has a format of its own, and not the one of {@code
 * io.penstock.internal.index}. An index of a container says where records lie in one file, and
 * holds as long as that file has its size and its time. The index of a folder says which files
 * there are and what each is called; it holds as long as all files and folders have the times that
 * it keeps, and its digest of names, sizes and classes is the identity of the dataset, in states as
 * well. Of a container's index it would use nothing but the header. Where indexes lie, that they
 * appear whole or not at all, and that a stale or damaged one is made again is the same for both.
 */
package io.penstock.internal.folder;
