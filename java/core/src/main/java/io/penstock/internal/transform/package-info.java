/**
 * Runs transforms on threads of the loader.
 *
 * <p>In come slots with records as they are stored; out go slots with records as they are
 * delivered, in order unless batches may overtake each other. Parts of the oldest batch are worked
 * on first. What users' functions throw fails their batch and nothing else.
 */
package io.penstock.internal.transform;
