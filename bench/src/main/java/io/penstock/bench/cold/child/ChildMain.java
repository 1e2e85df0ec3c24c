package io.penstock.bench.cold.child;

import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * A contender's process. It warms up and says {@code warm}; told {@code open} it opens its files
 * and says {@code ready} (now caches are set as the state demands); told {@code go} it reads, and
 * says {@code done} with a JSON object; then it waits for the end of its input, so that the harness
 * can still look at the process.
 */
public final class ChildMain {
  private static final Map<String, ChildReading.Opener> CONTENDERS =
      Map.of(
          "penstock", PenstockReading::new,
          "channel-map", ChannelMapReading::new,
          "channel-reads", ChannelReading::new,
          "jasyncfio", JasyncfioReading::new);

  /** Whose library is not in every build. */
  private static final Map<String, String> OPTIONAL =
      Map.of("lance", "io.penstock.bench.cold.child.LanceReading");

  private ChildMain() {}

  /**
   * Runs one contender.
   *
   * @param arguments its name, then the parameters of its job
   */
  public static void main(String[] arguments) {
    try {
      run(arguments);
      // jasyncfio leaves threads behind that would keep the process.
      System.exit(0);
    } catch (IOException | InterruptedException | RuntimeException e) {
      e.printStackTrace();
      System.exit(1);
    }
  }

  private static void run(String[] arguments) throws IOException, InterruptedException {
    ChildReading.Opener contender =
        OPTIONAL.containsKey(arguments[0])
            ? optional(OPTIONAL.get(arguments[0]))
            : CONTENDERS.get(arguments[0]);
    if (contender == null) {
      throw new IllegalArgumentException(
          "contender must be one of %s, was '%s'".formatted(CONTENDERS.keySet(), arguments[0]));
    }
    Job job = Job.parse(Arrays.copyOfRange(arguments, 1, arguments.length));
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    warmUp(contender, job.warmup());
    say("warm", input, "open");
    try (ChildReading reading = contender.open(job)) {
      say("ready", input, "go");
      TimedSink sink = job.sink();
      reading.run(sink);
      say("done " + result(sink, reading), input, null);
    }
  }

  private static ChildReading.Opener optional(String className) {
    return job -> {
      try {
        return Class.forName(className)
            .asSubclass(ChildReading.class)
            .getDeclaredConstructor(Job.class)
            .newInstance(job);
      } catch (ReflectiveOperationException e) {
        throw new IOException(className + " cannot be used: " + e, e);
      }
    };
  }

  /** Lets the compiler see the code at work: passes over a small file, two of them at least. */
  private static void warmUp(ChildReading.Opener contender, Job job)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + (long) (job.seconds() * 1e9);
    for (int pass = 0; pass < 2 || System.nanoTime() < end; pass++) {
      try (ChildReading reading = contender.open(job)) {
        reading.run(job.sink());
      }
    }
  }

  private static JsonObject result(TimedSink sink, ChildReading reading) {
    JsonObject result = new JsonObject();
    result.addProperty("records", sink.digest().count());
    result.addProperty("seconds", sink.seconds());
    result.addProperty("digest", Long.toUnsignedString(sink.digest().value()));
    JsonObject facts = reading.facts();
    facts.addProperty("firstBatchSeconds", sink.firstBatchSeconds());
    result.add("facts", facts);
    return result;
  }

  private static void say(String word, BufferedReader input, String expected) throws IOException {
    System.out.println(word);
    System.out.flush();
    String line = input.readLine();
    if (expected != null && !expected.equals(line)) {
      throw new IOException("expected '" + expected + "' from the harness, found '" + line + "'");
    }
  }
}
