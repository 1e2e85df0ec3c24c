/**
 * What the system allows, and how much of it is left.
 *
 * <p>Free memory, control groups, limits of the process, processor time of threads, and the
 * system's reasons in words. It reads small files of the kernel and never blocks on a device.
 */
package io.penstock.internal.os;
