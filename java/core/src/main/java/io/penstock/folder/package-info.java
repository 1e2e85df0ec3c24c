/**
 * Folders of small files as data sets: each file is a record, and the folders in the folder are its
 * classes.
 *
 * <p>A {@link io.penstock.folder.FolderListing FolderListing} scans a folder and defines the order
 * of its files. A {@link io.penstock.folder.FolderIndex FolderIndex} keeps names, sizes and times
 * in an index file beside the folder, so that the next dataset opens without a scan. Files are not
 * read here.
 */
package io.penstock.folder;
