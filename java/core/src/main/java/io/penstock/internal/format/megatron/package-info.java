/**
 * Token data of Megatron and fairseq.
 *
 * <p>In comes an index file; out go the tokens of the file beside it and the arrays of the index.
 */
package io.penstock.internal.format.megatron;
