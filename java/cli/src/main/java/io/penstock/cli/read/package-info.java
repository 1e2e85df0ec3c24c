/**
 * {@code read}: reads epochs as a trainer would. Options give a loader, the read loop takes its
 * batches to the outputs and saves the state in step with them, the report says how fast it was.
 */
package io.penstock.cli.read;
