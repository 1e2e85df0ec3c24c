/**
 * Token data of Megatron and fairseq.
 *
 * <p>Input is an index file; output are the tokens of the file beside it and the arrays of the
 * index.
 */
package io.penstock.internal.format.megatron;
