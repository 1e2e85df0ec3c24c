/**
 * Files that are read from their beginning to their end: at the speed of the device, past the page
 * cache where they are not in it.
 */
package io.penstock.internal.forward;
