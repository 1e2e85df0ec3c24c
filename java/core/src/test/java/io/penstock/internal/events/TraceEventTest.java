package io.penstock.internal.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.counters.Counters;
import io.penstock.statistics.Statistic;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Fields of events must be declared: here is what sees to it that none is forgotten. */
class TraceEventTest {
  private static List<Field> declared() {
    return Arrays.stream(TraceEvent.class.getDeclaredFields())
        .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
        .toList();
  }

  private static List<Statistic> shown() {
    return Arrays.stream(Statistic.values()).filter(Statistic::isInEvents).toList();
  }

  @Test
  void eventsDeclareAFieldForEachStatisticThatTheyShow() {
    assertThat(declared())
        .extracting(Field::getName)
        .containsExactlyInAnyOrderElementsOf(shown().stream().map(Statistic::eventField).toList());
  }

  @Test
  void eachFieldIsFilledFromItsStatistic() throws IllegalAccessException {
    Counters trace = new Counters();
    Map<String, Long> values = new HashMap<>();
    for (Statistic statistic : Statistic.values()) {
      long value = 100L + values.size();
      trace.set(statistic, value);
      values.put(statistic.eventField(), value);
    }
    TraceEvent event = new EpochEvent();
    event.set(trace);
    for (Field field : declared()) {
      assertThat(field.getLong(event)).as(field.getName()).isEqualTo(values.get(field.getName()));
    }
  }

  @Test
  void onlyWhatIsAddedUpHasAShareInABatch() {
    assertThat(shown()).extracting(Statistic::kind).containsOnly(Statistic.Kind.COUNTER);
  }
}
