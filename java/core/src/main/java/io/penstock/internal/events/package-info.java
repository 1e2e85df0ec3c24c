/**
 * Events of loaders for JDK Flight Recorder.
 *
 * <p>In come the counts of a pipeline; out go events for each batch that was waited for, each
 * epoch, each loader and each bad record. A runtime without {@code jdk.jfr} has no events and no
 * cost.
 */
package io.penstock.internal.events;
