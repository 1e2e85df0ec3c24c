/**
 * The one door to what a loader needs of the machine: by the C library where it can be loaded, and
 * by Java alone everywhere else.
 *
 * <p>{@link io.penstock.internal.door.Platforms Platforms} chooses once in a process. Whoever can
 * do with either asks here; what only the C library can do says so in one line, with the reason why
 * it is not loaded.
 */
package io.penstock.internal.door;
