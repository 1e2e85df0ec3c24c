/**
 * MDS, the format of MosaicML Streaming: shards of samples, and a folder that lists its shards.
 *
 * <p>{@link io.penstock.internal.format.mds.MdsFormat MdsFormat} reads a raw shard: {@link
 * io.penstock.internal.format.mds.MdsHeader MdsHeader} is what it says of itself, {@link
 * io.penstock.internal.format.mds.MdsScan MdsScan} finds the columns of its samples. {@link
 * io.penstock.internal.format.mds.MdsFolder MdsFolder} reads {@code index.json}, which lists the
 * shards of a folder.
 */
package io.penstock.internal.format.mds;
