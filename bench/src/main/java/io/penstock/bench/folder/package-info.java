/**
 * Folders of small files beside the plain loop that a program would have otherwise: threads that
 * open, read and close one file after the other.
 */
package io.penstock.bench.folder;
