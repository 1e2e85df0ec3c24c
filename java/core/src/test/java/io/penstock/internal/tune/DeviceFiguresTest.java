package io.penstock.internal.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.penstock.error.PenstockException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What devices do in a second. */
final class DeviceFiguresTest {
  private static final DeviceFigures MEASURED =
      DeviceFigures.measured(
          "made up",
          List.of(
              new DeviceFigures.RandomRate(64 << 10, 10_000),
              new DeviceFigures.RandomRate(4 << 10, 50_000),
              new DeviceFigures.RandomRate(512, 40_000)),
          2e9);

  @Test
  void profilesHaveTheFiguresThatTheirNamesPromise() {
    assertThat(DeviceFigures.profile("gp3").orElseThrow().requestsPerSecond()).isEqualTo(3000);
    assertThat(DeviceFigures.profile("gp3-16k").orElseThrow().bytesPerSecond())
        .isEqualTo(1000.0 * (1 << 20));
    assertThat(DeviceFigures.profile("floppy")).isEmpty();
    assertThat(DeviceFigures.PROFILES)
        .extracting(DeviceFigures::name)
        .containsExactlyInAnyOrder("hdd", "sata", "gp3", "gp3-16k", "nvme");
  }

  @Test
  void ofADeviceWithTwoLimitsTheLowerOneHolds() {
    DeviceFigures gp3 = DeviceFigures.profile("gp3").orElseThrow();
    assertThat(gp3.randomReadsPerSecond(512)).isCloseTo(3000, within(1e-6));
    assertThat(gp3.randomReadsPerSecond(1 << 20)).isCloseTo(125, within(1e-6));
  }

  @Test
  void betweenTwoSizesARequestTakesATimeBetweenTheirs() {
    assertThat(MEASURED.requestsPerSecond()).isEqualTo(50_000);
    assertThat(MEASURED.randomReadsPerSecond(100)).isCloseTo(40_000, within(1e-6));
    assertThat(MEASURED.randomReadsPerSecond(4 << 10)).isCloseTo(50_000, within(1e-6));
    assertThat(MEASURED.randomReadsPerSecond(34 << 10)).isCloseTo(1 / 60e-6, within(1e-6));
    // As many bytes a second as the largest that was measured.
    assertThat(MEASURED.randomReadsPerSecond(128 << 10)).isCloseTo(5_000, within(1e-6));
  }

  @Test
  void aDeviceThatDoesMoreOfOneKindDoesNotDoMoreOfTheOther() {
    DeviceFigures requests = MEASURED.times(2, 1);
    assertThat(requests.randomReadsPerSecond(4 << 10)).isCloseTo(100_000, within(1e-6));
    assertThat(requests.randomReadsPerSecond(64 << 10)).isCloseTo(10_000, within(1e-6));
    assertThat(requests.bytesPerSecond()).isEqualTo(2e9);
    DeviceFigures bytes = MEASURED.times(1, 2);
    assertThat(bytes.randomReadsPerSecond(4 << 10)).isCloseTo(50_000, within(1e-6));
    assertThat(bytes.randomReadsPerSecond(64 << 10)).isCloseTo(20_000, within(1e-6));
    assertThat(bytes.bytesPerSecond()).isEqualTo(4e9);
  }

  @Test
  void whatIsNoDeviceIsRefused() {
    assertThatThrownBy(() -> DeviceFigures.limits("x", 0, 1))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("expected requests and bytes a second more than 0");
    assertThatThrownBy(() -> DeviceFigures.limits("x", 1, Double.NaN))
        .isInstanceOf(PenstockException.class);
    assertThatThrownBy(() -> DeviceFigures.measured("x", List.of(), 1))
        .isInstanceOf(PenstockException.class);
  }
}
