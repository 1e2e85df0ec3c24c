/**
 * Files of {@code torch.save}: archives of a pickle and of the storages that it names.
 *
 * <p>What comes in: a zip archive with a {@code data.pkl}. What goes out: the tensors in it, as the
 * walker of pickles finds them, which runs nothing. Each is a view of a stored member.
 */
package io.penstock.internal.format.torch;
