/**
 * The machine as Java's own library shows it: for systems that no native library is made for, and
 * processes that must not load one.
 *
 * <p>{@link io.penstock.internal.pure.JavaPlatform JavaPlatform} is the counterpart of the C
 * library behind {@code internal.platform}. Memory comes from arenas, mappings and reads from
 * channels. Nothing here calls a restricted method, so it works without native access. What does
 * not exist in Java (advice to the kernel, huge pages, reserved room) is left out, as the C library
 * does where the kernel refuses it. Channels are used by threads of ours only: an interrupt closes
 * them.
 */
package io.penstock.internal.pure;
