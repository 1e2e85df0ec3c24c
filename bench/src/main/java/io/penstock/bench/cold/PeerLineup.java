package io.penstock.bench.cold;

import io.penstock.bench.cold.report.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Penstock, its peers and the limits of the device, as {@link Catalog} has them. */
final class PeerLineup implements Lineup {
  private final Settings settings;

  PeerLineup(Settings settings) {
    this.settings = settings;
  }

  @Override
  public List<Contender> contenders(Cell cell) {
    return new Catalog(settings, cell).contenders();
  }

  @Override
  public Map<String, String> machine(Device device) throws IOException, InterruptedException {
    return Machine.facts(settings, device);
  }

  @Override
  public Map<String, String> describe() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("rounds", Integer.toString(settings.rounds()));
    facts.put("seconds of a timed run", Double.toString(settings.seconds()));
    facts.put("seconds to warm up", Double.toString(settings.warmupSeconds()));
    facts.put("file size", (settings.fileBytes() >> 20) + " MiB");
    facts.put("file size on limited devices", (settings.profileFileBytes() >> 20) + " MiB");
    facts.put("seed", Long.toString(settings.seed()));
    return facts;
  }

  @Override
  public void save(Results results, Path folder) throws IOException {
    results.save(folder);
  }
}
