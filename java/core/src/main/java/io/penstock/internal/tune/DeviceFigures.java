package io.penstock.internal.tune;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What a device does in a second: what {@link EpochModel} has to know of it. Measured, or of a kind
 * of device that one can buy or rent. Immutable.
 *
 * @param name for people
 * @param requestsPerSecond random reads of 4 KiB and less, with many at a time
 * @param bytesPerSecond in large requests
 * @param randomRates random reads by their size, ascending; empty: only the two limits above hold
 */
public record DeviceFigures(
    String name, double requestsPerSecond, double bytesPerSecond, List<RandomRate> randomRates) {
  /** Seeks of 7 ms, and what the outer tracks give. */
  private static final DeviceFigures HDD = limits("hdd", 150, 150e6);

  /** A small SSD behind a SATA cable. */
  private static final DeviceFigures SATA = limits("sata", 20_000, 500e6);

  /** A volume of AWS, as it comes: 3,000 requests/s and 125 MiB/s. */
  private static final DeviceFigures GP3 = limits("gp3", 3_000, 125 << 20);

  /** The most of such a volume that one pays for: 16,000 requests/s and 1,000 MiB/s. */
  private static final DeviceFigures GP3_MOST = limits("gp3-16k", 16_000, 1_000 << 20);

  /** An SSD in a slot of PCI Express 3, four lanes. */
  private static final DeviceFigures NVME = limits("nvme", 400_000, 3e9);

  /** Requests up to this size are bound by their number, not by their bytes. */
  private static final int SMALL_BYTES = 4 << 10;

  /** Devices that have a name, from slow to fast. */
  public static final List<DeviceFigures> PROFILES = List.of(HDD, GP3, SATA, GP3_MOST, NVME);

  /**
   * Random reads of one size.
   *
   * @param requestBytes size of each
   * @param requestsPerSecond at the best depth
   */
  public record RandomRate(int requestBytes, double requestsPerSecond) {}

  /** Sorts the rates, and checks that all figures are those of a device. */
  public DeviceFigures {
    randomRates =
        randomRates.stream().sorted(Comparator.comparingInt(RandomRate::requestBytes)).toList();
    boolean isDevice = isRate(requestsPerSecond) && isRate(bytesPerSecond);
    for (RandomRate rate : randomRates) {
      isDevice &= rate.requestBytes >= 1 && isRate(rate.requestsPerSecond);
    }
    if (!isDevice) {
      throw new PenstockException(
          ErrorKind.MISMATCH,
          ("device %s: expected requests and bytes a second more than 0, found %s requests, %s"
                  + " bytes, and random reads %s: measure it again with penstock tune --json")
              .formatted(name, requestsPerSecond, bytesPerSecond, randomRates));
    }
  }

  private static boolean isRate(double rate) {
    return rate > 0 && Double.isFinite(rate);
  }

  /** A device that two limits describe, each of which holds by itself. */
  public static DeviceFigures limits(String name, double requestsPerSecond, double bytesPerSecond) {
    return new DeviceFigures(name, requestsPerSecond, bytesPerSecond, List.of());
  }

  /** One of {@link #PROFILES}; empty if none has this name. */
  public static Optional<DeviceFigures> profile(String name) {
    return PROFILES.stream().filter(device -> device.name.equals(name)).findFirst();
  }

  /**
   * What a survey found.
   *
   * @param name of the device, for people
   * @param found its measurements
   */
  public static DeviceFigures of(String name, Measurements found) {
    List<RandomRate> rates =
        found.plan().sizes().stream()
            .filter(found::hasSize)
            .map(size -> new RandomRate(size, found.randomLimit(size)))
            .toList();
    return measured(name, rates, found.sequentialLimit());
  }

  /**
   * Of figures that were measured.
   *
   * @param name of the device, for people
   * @param rates of random reads, at least one
   * @param bytesPerSecond in the order of a file
   */
  public static DeviceFigures measured(String name, List<RandomRate> rates, double bytesPerSecond) {
    double small =
        rates.stream()
            .filter(rate -> rate.requestBytes <= SMALL_BYTES)
            .mapToDouble(RandomRate::requestsPerSecond)
            .max()
            .orElseGet(
                () -> rates.stream().mapToDouble(RandomRate::requestsPerSecond).max().orElse(0));
    return new DeviceFigures(name, small, bytesPerSecond, rates);
  }

  /** A device that does so many times the requests, and so many times the bytes, in a second. */
  public DeviceFigures times(double requests, double bytes) {
    return new DeviceFigures(
        name,
        requestsPerSecond * requests,
        bytesPerSecond * bytes,
        randomRates.stream().map(rate -> faster(rate, requests, bytes)).toList());
  }

  /** Of a request that takes the time of its bytes, more requests a second alone are no help. */
  private RandomRate faster(RandomRate rate, double requests, double bytes) {
    double byRequests = requestsPerSecond * requests;
    double factor = rate.requestsPerSecond >= 0.9 * requestsPerSecond ? requests : bytes;
    return new RandomRate(rate.requestBytes, Math.min(byRequests, rate.requestsPerSecond * factor));
  }

  /**
   * Random requests of a size that it completes in a second; between two sizes that were measured,
   * a request takes a time between theirs.
   */
  public double randomReadsPerSecond(long bytes) {
    return 1 / secondsPerRead(bytes);
  }

  private double secondsPerRead(long bytes) {
    if (randomRates.isEmpty()) {
      return Math.max(1 / requestsPerSecond, bytes / bytesPerSecond);
    }
    RandomRate below = randomRates.getFirst();
    if (bytes <= below.requestBytes) {
      return 1 / below.requestsPerSecond;
    }
    for (RandomRate above : randomRates) {
      if (bytes <= above.requestBytes) {
        double part =
            (double) (bytes - below.requestBytes)
                / Math.max(1, above.requestBytes - below.requestBytes);
        return (1 - part) / below.requestsPerSecond + part / above.requestsPerSecond;
      }
      below = above;
    }
    return bytes / (below.requestBytes * below.requestsPerSecond);
  }

  /**
   * Whether each request counts, wherever it is: a limit of the device says so. Of a device that
   * was measured, requests in the order of the file cost no more than their bytes.
   */
  boolean countsAllRequests() {
    return randomRates.isEmpty();
  }

  /** How many bytes it reads in the time of a request. */
  double requestWorthBytes() {
    return bytesPerSecond / requestsPerSecond;
  }
}
