package io.penstock.internal.tune;

/**
 * What reading costs the thread that reads, in seconds: the limit where a device is faster. The
 * consumer's own work is not in it.
 *
 * @param request starting one and taking its answer
 * @param sweptRecord ordering a record, finding it among what was read, handing it over
 * @param sweptByte copying it to its cell and from there to its batch
 * @param singleRecord the same of a record that is read by itself
 * @param singleByte the same, without a cell
 * @param cachedRecord of a record in the page cache
 * @param cachedByte the same
 */
public record ProcessorFigures(
    double request,
    double sweptRecord,
    double sweptByte,
    double singleRecord,
    double singleByte,
    double cachedRecord,
    double cachedByte) {
  /** Of a core of the virtual machine (AMD EPYC) that the reports of the benchmarks are from. */
  public static final ProcessorFigures USUAL =
      new ProcessorFigures(3.5e-6, 0.5e-6, 0.3e-9, 0.3e-6, 0.1e-9, 0.35e-6, 0.12e-9);
}
