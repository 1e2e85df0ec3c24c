package io.penstock.bench.cold;

import java.util.List;
import picocli.CommandLine.TypeConversionException;

/**
 * A device to read from: the disk as it is, or held to exact limits by a control group, which gives
 * figures that do not depend on who else uses the machine.
 *
 * @param name of the profile
 * @param readsPerSecond most requests; 0: no limit
 * @param bytesPerSecond most bytes; 0: no limit
 */
record Profile(String name, long readsPerSecond, long bytesPerSecond) {
  static final Profile AS_IS = new Profile("as-is", 0, 0);

  static final List<Profile> KNOWN =
      List.of(
          AS_IS,
          // Seeks of 7 ms, and what the outer tracks give.
          new Profile("hdd", 150, 150_000_000),
          // A small SSD behind a SATA cable.
          new Profile("sata", 20_000, 500_000_000));

  boolean isLimited() {
    return readsPerSecond > 0;
  }

  static Profile of(String name) {
    return KNOWN.stream()
        .filter(profile -> profile.name.equals(name))
        .findAny()
        .orElseThrow(
            () ->
                new TypeConversionException(
                    "profile must be one of %s, was '%s'"
                        .formatted(KNOWN.stream().map(Profile::name).toList(), name)));
  }
}
