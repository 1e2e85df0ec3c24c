package io.penstock.cli.help;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** Example command lines, shown at the end of the help of each command. */
public final class Examples {
  private static final String HEADING = "%nExamples:%n";

  private static final Map<String, List<String>> EXAMPLES = new LinkedHashMap<>();

  static {
    put(
        "checksum",
        "penstock checksum x.npy y.npy",
        "penstock checksum 'part-*.npy' --manifest parts.json");
    put("completion", "penstock completion");
    put(
        "convert",
        "penstock convert images.npz#x x.npy --dtype float32",
        "penstock convert photos photos.npy --resize 224x224",
        "penstock convert shard-000.tar.gz shard-000.tar");
    put("create", "penstock create x.npy --dtype float32 --shape 60000x28x28");
    put("demo", "penstock demo --quick", "penstock demo --size 4g --dir /mnt/data");
    put("help", "penstock help read");
    put("info", "penstock info x.npy", "penstock info data.pkl labels.npy --json");
    put(
        "order",
        "penstock order x.npy --shuffle block",
        "penstock order x.npy y.npy --labels y --plot mixing.png");
    put(
        "plan",
        "penstock plan x.npy --device gp3 --memory 2g",
        "penstock plan x.npy y.npy --device tune.json --json",
        "penstock plan --records 50000000 --record-bytes 4k --device hdd");
    put(
        "read",
        "penstock read x.npy --epochs 2 --memory 4g",
        "penstock read x.npy y.npy --batch-size 128 --seed 7 --digest --json",
        "penstock read x.npy --epochs 3 --state run.state --indices seen.txt");
    put(
        "shuffle",
        "penstock shuffle x.npy y.npy shuffled --shards 8",
        "penstock shuffle --column x=a.npy,b.npy shuffled --memory 8g");
    put("take", "penstock take x.npy --indices chosen.txt --out chosen.npy");
    put("tune", "penstock tune x.npy", "penstock tune /mnt/data --quick");
    put("verify", "penstock verify x.npy", "penstock verify x.penstock.json --json");
  }

  private Examples() {}

  private static void put(String command, String... lines) {
    EXAMPLES.put(command, List.of(lines));
  }

  /** The examples of a command, as typed into a shell; may be empty. */
  public static List<String> of(String command) {
    return EXAMPLES.getOrDefault(command, List.of());
  }

  /** Adds them to the help of all commands. */
  public static void addTo(CommandLine program) {
    program
        .getSubcommands()
        .forEach(
            (name, command) -> {
              List<String> lines = of(name);
              if (!lines.isEmpty()) {
                command
                    .getCommandSpec()
                    .usageMessage()
                    .footerHeading(HEADING)
                    .footer(lines.stream().map(line -> "  " + line).toArray(String[]::new));
              }
            });
  }
}
