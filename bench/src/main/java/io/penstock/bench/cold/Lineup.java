package io.penstock.bench.cold;

import io.penstock.bench.cold.report.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Who takes part in the cells of a harness, and what is made of what they do. */
interface Lineup {
  /** Those who take part in a cell. */
  List<Contender> contenders(Cell cell);

  /** Facts about the machine and the programs that take part, for the report. */
  Map<String, String> machine(Device device) throws IOException, InterruptedException;

  /** Settings that matter, for the report. */
  Map<String, String> describe();

  /** Writes the numbers and the report into a folder. */
  void save(Results results, Path folder) throws IOException;
}
