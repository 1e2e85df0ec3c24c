package io.penstock.bench.cold;

import java.io.IOException;
import java.io.PrintStream;

/** Holds the ranks of a job on one disk against one process that has the memory of them all. */
public final class RankHarness {
  private RankHarness() {}

  /**
   * Measures, and writes a report.
   *
   * @param options what
   * @param talk where to say how it goes
   * @return whether all delivered each record once
   */
  public static boolean run(RankOptions options, PrintStream talk)
      throws IOException, InterruptedException {
    return new Harness(options.settings(), new RankLineup(options), talk).run();
  }
}
