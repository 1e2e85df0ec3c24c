/**
 * Files that are complete or not there: a {@link io.penstock.internal.partial.PartialFile
 * PartialFile} is written under another name and takes its own in one step. Also finds what killed
 * processes left behind, and words the messages of failed writes.
 */
package io.penstock.internal.partial;
