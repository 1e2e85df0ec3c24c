package io.penstock.bench.cold;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;

/**
 * What a process says when it is done, or what the ranks of a job say, taken together.
 *
 * @param records delivered
 * @param seconds from {@code go} to the last delivery
 * @param digest of the records
 * @param facts what else there is to know
 */
record ChildResult(long records, double seconds, long digest, JsonObject facts) {
  /** Facts of ranks of which the largest holds for the job; other numbers add up. */
  private static final Set<String> LARGEST =
      Set.of("firstBatchSeconds", "queueDepthMax", "stallSeconds", "sweeps");

  static ChildResult parse(String line) {
    JsonObject result = JsonParser.parseString(line).getAsJsonObject();
    return new ChildResult(
        result.get("records").getAsLong(),
        result.get("seconds").getAsDouble(),
        Long.parseUnsignedLong(result.get("digest").getAsString()),
        result.getAsJsonObject("facts"));
  }

  /**
   * Takes the results of all ranks together: the job is done when the last one is.
   *
   * @param ranks one at least
   * @param lags by how many seconds each was told {@code go} later than the first
   */
  static ChildResult together(List<ChildResult> ranks, List<Double> lags) {
    if (ranks.size() == 1) {
      return ranks.getFirst();
    }
    long records = 0;
    long digest = 0;
    JsonArray seconds = new JsonArray();
    for (int rank = 0; rank < ranks.size(); rank++) {
      records += ranks.get(rank).records;
      digest += ranks.get(rank).digest;
      seconds.add(ranks.get(rank).seconds + lags.get(rank));
    }
    JsonObject facts = new JsonObject();
    for (String name : ranks.getFirst().facts.keySet()) {
      facts.add(name, together(name, ranks.stream().map(each -> each.facts.get(name)).toList()));
    }
    facts.add("rankSeconds", seconds);
    return new ChildResult(records, largest(seconds.asList()), digest, facts);
  }

  private static JsonElement together(String name, List<JsonElement> values) {
    JsonElement first = values.getFirst();
    if (first.isJsonArray()) {
      return largestOfEach(values.stream().map(JsonElement::getAsJsonArray).toList());
    }
    if (!first.getAsJsonPrimitive().isNumber()) {
      return new JsonPrimitive(
          values.stream()
              .map(JsonElement::getAsString)
              .distinct()
              .collect(Collectors.joining("; ")));
    }
    BinaryOperator<BigDecimal> taken = LARGEST.contains(name) ? BigDecimal::max : BigDecimal::add;
    return new JsonPrimitive(
        values.stream().map(JsonElement::getAsBigDecimal).reduce(taken).orElseThrow());
  }

  /** Of times that all ranks come to, one after another: when the last rank came to each. */
  private static JsonArray largestOfEach(List<JsonArray> ranks) {
    JsonArray all = new JsonArray();
    int length = ranks.stream().mapToInt(JsonArray::size).min().orElseThrow();
    for (int i = 0; i < length; i++) {
      List<JsonElement> values = new ArrayList<>();
      for (JsonArray rank : ranks) {
        values.add(rank.get(i));
      }
      all.add(largest(values));
    }
    return all;
  }

  private static double largest(List<JsonElement> values) {
    return values.stream().mapToDouble(JsonElement::getAsDouble).max().orElseThrow();
  }
}
