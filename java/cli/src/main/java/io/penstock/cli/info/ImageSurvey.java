package io.penstock.cli.info;

import com.google.gson.JsonObject;
import io.penstock.array.ArrayLayout;
import io.penstock.cli.text.Human;
import io.penstock.error.PenstockException;
import io.penstock.internal.dataset.MappedIntegers;
import io.penstock.internal.file.SteadyChannel;
import io.penstock.internal.folder.FolderIndex;
import io.penstock.internal.format.RecordLayout;
import io.penstock.internal.os.ErrorKinds;
import io.penstock.internal.os.SystemReason;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which images are in a folder or an archive: how many of each format, and their sizes. Looks at
 * the headers of some hundred records that are spread over all, so that it is quick on any device.
 */
final class ImageSurvey {
  private static final int MOST_LOOKED_AT = 500;

  /** Of one of many shards. */
  private static final int FEWEST_LOOKED_AT = 25;

  private final Map<String, Integer> formats = new TreeMap<>();
  private final int[] widths = new int[MOST_LOOKED_AT];
  private final int[] heights = new int[MOST_LOOKED_AT];
  private int sized;
  private int images;
  private int lookedAt;
  private int unreadable;

  private ImageSurvey() {}

  /** Images among the files of a folder; empty if there are none. */
  static Optional<ImageSurvey> of(FolderIndex folder) {
    ImageSurvey survey = new ImageSurvey();
    folder
        .sample(MOST_LOOKED_AT)
        .forEach(
            (path, bytes) -> {
              try (FileChannel file = SteadyChannel.forReading(path)) {
                survey.add((at, count) -> read(file, at, Math.min(count, bytes - at)));
              } catch (IOException _) {
                survey.unreadable++; // Whoever reads the record is told why.
              }
            });
    return survey.found();
  }

  /**
   * Images among the members of an archive; empty if there are none.
   *
   * @param shards how many archives are looked at, this one among them: each read is one from
   *     another place, and all of them together should take no longer than of a single one
   */
  static Optional<ImageSurvey> of(RecordLayout.ByIndex members, int shards) {
    ImageSurvey survey = new ImageSurvey();
    long records = members.recordCount();
    int share = Math.max(FEWEST_LOOKED_AT, MOST_LOOKED_AT / shards);
    int wanted = (int) Math.min(share, records);
    Path path = members.values().path();
    try (FileChannel numbers = SteadyChannel.forReading(members.starts().path());
        FileChannel file = SteadyChannel.forReading(path)) {
      for (int i = 0; i < wanted; i++) {
        long record = wanted == 1 ? 0 : i * (records - 1) / (wanted - 1);
        long start = number(numbers, members.starts(), record) + members.baseBytes();
        long length = number(numbers, members.lengths(), record);
        survey.add((at, count) -> read(file, start + at, Math.min(count, length - at)));
      }
    } catch (IOException e) {
      throw PenstockException.about(
          ErrorKinds.of(e),
          path,
          "expected a readable file, found: " + SystemReason.withAdvice(e),
          e);
    }
    return survey.found();
  }

  private static long number(FileChannel file, ArrayLayout numbers, long index) throws IOException {
    ArrayLayout.Run run = numbers.runs().getFirst();
    ByteBuffer bytes =
        read(
            file, run.offsetBytes() + index * run.strideBytes(), numbers.elementType().sizeBytes());
    return MappedIntegers.number(MemorySegment.ofBuffer(bytes), 0, numbers.elementType());
  }

  private static ByteBuffer read(FileChannel file, long at, long count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.max(0, count));
    while (bytes.hasRemaining() && file.read(bytes, at + bytes.position()) > 0) {}
    return bytes.flip();
  }

  private void add(ImageHeader.HeaderBytes file) throws IOException {
    Optional<ImageHeader> found = ImageHeader.of(file);
    lookedAt++;
    if (found.isEmpty()) {
      return;
    }
    ImageHeader image = found.get();
    formats.merge(image.format(), 1, Integer::sum);
    images++;
    if (image.width() > 0) {
      widths[sized] = image.width();
      heights[sized] = image.height();
      sized++;
    }
  }

  private Optional<ImageSurvey> found() {
    return images == 0 ? Optional.empty() : Optional.of(this);
  }

  private static int[] sorted(int[] values, int count) {
    int[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted;
  }

  private static void add(JsonObject object, String side, int[] sorted) {
    object.addProperty("min" + side, sorted.length == 0 ? null : (Integer) sorted[0]);
    object.addProperty(
        "median" + side, sorted.length == 0 ? null : (Integer) sorted[sorted.length / 2]);
    object.addProperty(
        "max" + side, sorted.length == 0 ? null : (Integer) sorted[sorted.length - 1]);
  }

  /** For programs; the names are stable. */
  JsonObject toJson() {
    JsonObject object = new JsonObject();
    object.addProperty("sampledRecords", lookedAt);
    JsonObject counts = new JsonObject();
    formats.forEach(counts::addProperty);
    object.add("formats", counts);
    object.addProperty("withoutSize", images - sized);
    object.addProperty("unreadable", unreadable);
    add(object, "Width", sorted(widths, sized));
    add(object, "Height", sorted(heights, sized));
    return object;
  }

  /** As "480 jpeg, 20 png of 500 files looked at". */
  String formatsToHuman() {
    String counts =
        formats.entrySet().stream()
            .map(format -> Human.count(format.getValue()) + " " + format.getKey())
            .collect(Collectors.joining(", "));
    String others = unreadable == 0 ? "" : "; %s unreadable".formatted(Human.count(unreadable));
    return "%s of %s looked at%s".formatted(counts, Human.count(lookedAt), others);
  }

  /** As "32 to 4,000 (median 500) x 32 to 3,000 (median 375)", columns first. */
  String sizesToHuman() {
    if (sized == 0) {
      return "-";
    }
    return range(sorted(widths, sized)) + " x " + range(sorted(heights, sized));
  }

  private static String range(int[] sorted) {
    int least = sorted[0];
    int most = sorted[sorted.length - 1];
    return least == most
        ? Human.count(least)
        : "%s to %s (median %s)"
            .formatted(
                Human.count(least), Human.count(most), Human.count(sorted[sorted.length / 2]));
  }
}
