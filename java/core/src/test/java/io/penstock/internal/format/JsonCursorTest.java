package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCursorTest {
  @TempDir private Path dir;

  private void read(String text, Consumer<JsonCursor> reading) {
    try {
      Path file = Files.writeString(dir.resolve("text.json"), text);
      try (OpenFile open = OpenFile.open(file)) {
        reading.accept(new JsonCursor(open, 0, open.sizeBytes(), List.of("name")));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void valuesAreReadFromLeftToRight() {
    read(
        "{\"name\": \"a\\u00e4\\n\", \"size\": 9223372036854775807, \"none\": null}\n",
        json -> {
          json.take('{');
          assertThat(json.string()).isEqualTo("name");
          json.take(':');
          assertThat(json.stringOrNull()).isEqualTo("aä\n");
          json.separate('}');
          assertThat(json.string()).isEqualTo("size");
          json.take(':');
          assertThat(json.isNull()).isFalse();
          assertThat(json.number()).isEqualTo(Long.MAX_VALUE);
          json.separate('}');
          assertThat(json.string()).isEqualTo("none");
          json.take(':');
          assertThat(json.stringOrNull()).isNull();
          json.separate('}');
          json.take('}');
          assertThat(json.next()).isEqualTo(JsonCursor.END);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.5e-7",
        "true",
        "null",
        "\"a\\\"]\"",
        "[]",
        "{}",
        "[[], {\"a\": [1, {\"b\": \"}\"}]}]"
      })
  void aValueThatNobodyWantsIsPassedOver(String value) {
    read(
        value + " 7",
        json -> {
          json.skipValue();
          assertThat(json.number()).isEqualTo(7);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "]", ",", "[}", "{\"a\": ]", "[1, 2", "\"a", "[[\u0001]]"})
  void whatIsNoValueIsAnError(String value) {
    read(
        value,
        json ->
            assertThatThrownBy(json::skipValue)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected"));
  }

  @Test
  void nestingIsLimited() {
    read(
        "[".repeat(64) + "]".repeat(64) + "1",
        json -> {
          json.skipValue();
          assertThat(json.number()).isEqualTo(1);
        });
    read(
        "[".repeat(1 << 20),
        json ->
            assertThatThrownBy(json::skipValue)
                .hasMessageStartingWith("expected at most 64 levels at byte 64, found [[["));
  }

  @Test
  void onlyNullIsNothing() {
    read("nul", json -> assertThatThrownBy(json::isNull).hasMessageContaining("expected null"));
    read("7", json -> assertThatThrownBy(json::stringOrNull).hasMessageContaining("expected null"));
  }
}
