package io.penstock.bench.cold;

import io.penstock.bench.cold.report.Measurement;
import java.io.IOException;

/** Runs a contender once, in a process of its own, and measures it. */
interface Runner {
  /**
   * Runs it.
   *
   * @return what it did, checked
   * @throws AbsentException if it cannot run here, saying why
   */
  Measurement run(ColdRun run) throws AbsentException, IOException, InterruptedException;
}
