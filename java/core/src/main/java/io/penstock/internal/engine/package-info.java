/**
 * One loader's machine: decides what it is to be, then allocates it and sets it going.
 *
 * <p>In come the options of a loader and an open dataset. An {@link
 * io.penstock.internal.engine.EnginePlan EnginePlan} decides and checks everything and allocates
 * nothing; an {@link io.penstock.internal.engine.Engine Engine} puts memory, gatherers, pipeline
 * and transforms together, and closes them in the right order.
 */
package io.penstock.internal.engine;
