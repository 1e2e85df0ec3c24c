package io.penstock.bench.cold;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FreshMemoryTest {
  private static final long BYTES = 256 << 20;

  @Test
  void memoryIsTouchedAndGivenBack() throws IOException, InterruptedException {
    long before = status("VmRSS");
    // The peak begins anew.
    Files.writeString(Path.of("/proc/self/clear_refs"), "5");

    double seconds = FreshMemory.touch(BYTES);

    assertThat(seconds).isPositive();
    assertThat(status("VmHWM")).isGreaterThan(before + BYTES / 2);
    assertThat(status("VmRSS")).isLessThan(before + BYTES / 2);
  }

  @Test
  void nothingIsDoneWhereNothingIsWanted() throws IOException, InterruptedException {
    assertThat(FreshMemory.touch(0)).isNaN();
  }

  private static long status(String name) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("/proc/self/status tells no " + name);
  }
}
