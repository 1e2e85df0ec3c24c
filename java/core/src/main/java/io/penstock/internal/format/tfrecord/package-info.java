/**
 * TFRecord files: records of bytes, and the features of tf.Example in them.
 *
 * <p>Input is a file, or one record in memory. Output are where the records lie, and where in each
 * record its features lie. {@link io.penstock.internal.format.tfrecord.Wire Wire} and {@link
 * io.penstock.internal.format.tfrecord.ExampleParser ExampleParser} read protocol buffers where
 * they lie, without a library for them; the index of a file and the transform for records share
 * them.
 */
package io.penstock.internal.format.tfrecord;
