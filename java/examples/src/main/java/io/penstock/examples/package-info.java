/** How trainers other than DJL take batches: examples to copy from. */
package io.penstock.examples;
