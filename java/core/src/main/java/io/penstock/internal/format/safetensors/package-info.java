/**
 * Tensors of safetensors.
 *
 * <p>Input is the JSON header of a file, read under limits; output is the layout of each tensor.
 */
package io.penstock.internal.format.safetensors;
