/**
 * The machine of one loader: a plan is made first, then everything is allocated and started.
 *
 * <p>In come the options of a loader and an open dataset. An {@link
 * io.penstock.internal.engine.EnginePlan EnginePlan} decides and checks everything and allocates
 * nothing; an {@link io.penstock.internal.engine.Engine Engine} puts memory, gatherers, pipeline
 * and transforms together, and closes them in the right order.
 */
package io.penstock.internal.engine;
