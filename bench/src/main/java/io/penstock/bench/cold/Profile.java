package io.penstock.bench.cold;

import io.penstock.internal.tune.DeviceFigures;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A device to read from: the disk as it is, or held to exact limits by a control group, which gives
 * figures that do not depend on who else uses the machine.
 *
 * @param name of the profile
 * @param readsPerSecond most requests; 0: no limit
 * @param bytesPerSecond most bytes; 0: no limit
 */
public record Profile(String name, long readsPerSecond, long bytesPerSecond) {
  static final Profile AS_IS = new Profile("as-is", 0, 0);

  /** Those of {@code penstock plan} that a disk here can be held to. */
  static final List<Profile> KNOWN =
      List.of(AS_IS, named("hdd"), named("sata"), named("gp3"), named("gp3-16k"));

  private static Profile named(String name) {
    DeviceFigures figures = DeviceFigures.profile(name).orElseThrow();
    return new Profile(
        name, Math.round(figures.requestsPerSecond()), Math.round(figures.bytesPerSecond()));
  }

  boolean isLimited() {
    return readsPerSecond > 0;
  }

  /** What {@code penstock plan} knows of it. */
  DeviceFigures figures() {
    return DeviceFigures.limits(name, (double) readsPerSecond, (double) bytesPerSecond);
  }

  /** How many bytes it reads in the time of a request; 0: no limit. */
  long requestWorthBytes() {
    return isLimited() ? bytesPerSecond / readsPerSecond : 0;
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

  /** Profiles by their names, as options. */
  public static final class ProfileConverter implements ITypeConverter<Profile> {
    /** For the parser of options. */
    public ProfileConverter() {}

    @Override
    public Profile convert(String text) {
      return of(text);
    }
  }
}
