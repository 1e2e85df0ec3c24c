package io.penstock.internal.format.tar;

import io.penstock.internal.index.RecordingIndexBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a scan found in an archive.
 *
 * @param keys of the samples
 * @param places of each column, {@link Place#MISSING} where a sample lacks it
 */
record FoundSamples(List<String> keys, Map<String, List<Place>> places, Map<String, String> facts) {
  record Place(long offset, long bytes) {
    static final Place MISSING = new Place(0, -1);
  }

  static FoundSamples of(Path path) {
    RecordingIndexBuilder found = RecordingIndexBuilder.of(path, new TarScan());
    Map<String, List<Place>> places = new LinkedHashMap<>();
    for (RecordingIndexBuilder.Found column : found.columns()) {
      if (column.kind.equals("places")) {
        places.put(
            column.name,
            column.places.stream()
                .map(at -> at == null ? Place.MISSING : new Place(at[0], at[1]))
                .toList());
      }
    }
    List<String> keys =
        found.column("__key__").records.stream()
            .map(key -> new String(key, StandardCharsets.UTF_8))
            .toList();
    return new FoundSamples(keys, places, found.facts());
  }
}
