/**
 * Finds native libraries and loads them, for this module and for others that have one. It knows
 * nothing of what they do.
 */
package io.penstock.internal.library;
