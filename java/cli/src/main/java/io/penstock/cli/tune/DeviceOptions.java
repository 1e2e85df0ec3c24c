package io.penstock.cli.tune;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.tune.DeviceFigures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which device: one with a name, one that {@code tune} has measured, or two numbers. */
final class DeviceOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--device",
      paramLabel = "NAME|FILE",
      description =
          "The device: a FILE with what penstock tune --json has printed, or one with a NAME: hdd"
              + " (150 requests/s, 150 MB/s), gp3 (3,000 and 125 MiB/s), sata (20,000 and 500"
              + " MB/s), gp3-16k (16,000 and 1,000 MiB/s), nvme (400,000 and 3,000 MB/s). Default:"
              + " none; this, or the next two, must be given.")
  private String device;

  @Option(
      names = "--requests-per-second",
      paramLabel = "NUMBER",
      description =
          "Random reads of 4 KiB that the device does in a second, with --bytes-per-second."
              + " Default: what --device says.")
  private Double requestsPerSecond;

  @Option(
      names = "--bytes-per-second",
      paramLabel = "NUMBER",
      description =
          "Bytes that the device reads in a second, such as 125e6, with --requests-per-second."
              + " Default: what --device says.")
  private Double bytesPerSecond;

  /** The device that was named; a wrong combination is wrong usage. */
  DeviceFigures figures() throws IOException {
    check(
        (requestsPerSecond == null) == (bytesPerSecond == null),
        "--requests-per-second and --bytes-per-second must come together");
    check(
        requestsPerSecond == null || (isRate(requestsPerSecond) && isRate(bytesPerSecond)),
        "--requests-per-second and --bytes-per-second must be more than 0");
    check(
        device == null || requestsPerSecond == null,
        "--device must come without --requests-per-second and --bytes-per-second");
    check(
        device != null || requestsPerSecond != null,
        "expected --device, or --requests-per-second and --bytes-per-second, found neither:"
            + " penstock tune PATH --json > tune.json measures one for --device tune.json");
    if (requestsPerSecond != null) {
      return DeviceFigures.limits("as given", requestsPerSecond, bytesPerSecond);
    }
    var profile = DeviceFigures.profile(device);
    return profile.isPresent() ? profile.get() : measured(Path.of(device));
  }

  private static boolean isRate(double rate) {
    return rate > 0 && Double.isFinite(rate);
  }

  /** Reads what {@code tune --json} has printed. */
  private DeviceFigures measured(Path file) throws IOException {
    check(
        Files.exists(file),
        "--device must be one of %s, or a file with what penstock tune --json has printed, was '%s'"
            .formatted(DeviceFigures.PROFILES.stream().map(DeviceFigures::name).toList(), device));
    try {
      JsonObject report = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
      Map<Integer, Double> best = new TreeMap<>();
      for (JsonElement element : report.getAsJsonArray("randomReads")) {
        JsonObject point = element.getAsJsonObject();
        best.merge(
            point.get("requestBytes").getAsInt(),
            point.get("requestsPerSecond").getAsDouble(),
            Math::max);
      }
      List<DeviceFigures.RandomRate> rates = new ArrayList<>();
      best.forEach((bytes, rate) -> rates.add(new DeviceFigures.RandomRate(bytes, rate)));
      return DeviceFigures.measured(
          file.toString(), rates, report.get("sequentialBytesPerSecond").getAsDouble());
    } catch (JsonParseException
        | IllegalStateException
        | ClassCastException
        | NullPointerException
        | NumberFormatException
        | UnsupportedOperationException e) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          file,
          "expected what penstock tune --json prints, with randomReads and"
              + " sequentialBytesPerSecond, found something else: make it with penstock tune PATH"
              + " --json",
          e);
    }
  }

  private void check(boolean isRight, String rule) {
    if (!isRight) {
      throw new ParameterException(spec.commandLine(), rule);
    }
  }
}
