/**
 * Messages to users who did not ask for them.
 *
 * <p>Warnings and notices of the logger {@code io.penstock}, reports of objects that were never
 * closed, and the words of failures. Nothing here throws, whatever the logger does.
 */
package io.penstock.internal.report;
