/**
 * Tensors of safetensors.
 *
 * <p>In comes the JSON header of a file, read under limits; out goes the layout of each tensor.
 */
package io.penstock.internal.format.safetensors;
