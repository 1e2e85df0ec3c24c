package io.penstock.cli.read;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The length of each output when a state was saved: the line "out=1234 indices=56" in the state.
 *
 * <p>Lengths of earlier runs are kept, so that a run without an output does not lose the length of
 * that output.
 */
final class OutputNote {
  private final Map<String, Long> lengths = new LinkedHashMap<>();

  /** A note without lengths. */
  OutputNote() {}

  /**
   * Parses a note.
   *
   * @param state the file that it is from, for messages
   */
  static OutputNote parse(Path state, String text) {
    OutputNote note = new OutputNote();
    for (String word : text.split(" ", -1)) {
      if (word.isEmpty()) {
        continue;
      }
      if (!word.matches("[a-z]+=[0-9]{1,18}")) {
        throw PenstockException.about(
            ErrorKind.WRONG_FORMAT,
            state,
            "expected lengths of outputs as out=1234, found '%s': go on from another state, or"
                    .formatted(word)
                + " start anew without one");
      }
      int equals = word.indexOf('=');
      note.set(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
    }
    return note;
  }

  /** The length of an output in bytes; null if unknown. */
  Long lengthOrNull(String output) {
    return lengths.get(output);
  }

  void set(String output, long bytes) {
    lengths.put(output, bytes);
  }

  @Override
  public String toString() {
    return lengths.entrySet().stream().map(Map.Entry::toString).collect(Collectors.joining(" "));
  }
}
