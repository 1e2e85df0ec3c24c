package io.penstock.bench.cold;

import io.penstock.bench.cold.Contender.Program;
import io.penstock.bench.cold.report.RankPage;
import io.penstock.bench.cold.report.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One process with all of the memory, and as many ranks as are asked for with an equal part of it
 * each, by place and by position. In each step they deliver the same records, in batches that
 * together have one size, so that all of them do the same work.
 */
final class RankLineup implements Lineup {
  private final RankOptions options;

  RankLineup(RankOptions options) {
    this.options = options;
  }

  @Override
  public List<Contender> contenders(Cell cell) {
    List<Contender> all = new ArrayList<>();
    all.add(contender(RankPage.ONE, "one process", 1, "position"));
    for (String way : options.isByPosition() ? List.of("place", "position") : List.of("place")) {
      for (int ranks : options.worldSizes()) {
        all.add(
            contender(
                RankPage.name(ranks, way),
                "%d processes, ranks by %s".formatted(ranks, way),
                ranks,
                way));
      }
    }
    return all;
  }

  private Contender contender(String name, String about, int ranks, String way) {
    Map<String, String> parameters =
        new HashMap<>(
            Catalog.penstockParameters(options.readahead(), options.memoryBytes() / ranks, 0));
    parameters.put("batchSize", Integer.toString(options.batchSize() / ranks));
    parameters.put("worldSize", Integer.toString(ranks));
    parameters.put("rankBy", way);
    // Ranks have the order together only. One process is looked at in the same way.
    parameters.put("order", "own");
    return new Contender(
        name, about, Program.JAVA, parameters, List.of(""), true, options.memoryBytes());
  }

  @Override
  public Map<String, String> machine(Device device) throws IOException, InterruptedException {
    return Machine.facts(device);
  }

  @Override
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("rounds", Integer.toString(options.rounds()));
    facts.put("seconds to warm up", Double.toString(options.warmupSeconds()));
    facts.put("file size", (options.fileBytes() >> 20) + " MiB");
    facts.put("memory of all ranks together", (options.memoryBytes() >> 20) + " MiB");
    facts.put("records of a step of all ranks together", Integer.toString(options.batchSize()));
    facts.put("readahead", options.readahead());
    facts.put("seed", Long.toString(options.seed()));
    return facts;
  }

  @Override
  public void save(Results results, Path folder) throws IOException {
    RankPage.write(results, folder);
  }
}
