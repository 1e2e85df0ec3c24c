package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.Python;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of different sizes that NumPy wrote: {@code read} delivers what NumPy cuts out. */
final class VariableNumPyTest {
  private static final String MAKE =
      """
      import sys, numpy as np
      rng = np.random.default_rng(7)
      for name, dtype, shape in ('plain', '<u2', ()), ('rows', '>f4', (3,)):
          lengths = rng.integers(0, 50, 700)
          offsets = np.concatenate([[0], np.cumsum(lengths)])
          raw = rng.integers(0, 256, (offsets[-1],) + shape + (np.dtype(dtype).itemsize,), np.uint8)
          np.save(f'{sys.argv[1]}/{name}.npy', raw.view(dtype).reshape((-1,) + shape))
          np.save(f'{sys.argv[1]}/{name}-offsets.npy', offsets.astype('>u4' if shape else '<i8'))
      """;

  private static final String COMPARE =
      """
      import sys, numpy as np
      for name in 'plain', 'rows':
          base = f'{sys.argv[1]}/{name}'
          values, offsets = np.load(base + '.npy'), np.load(base + '-offsets.npy').astype(int)
          indices = np.loadtxt(base + '.indices', dtype=np.int64)
          wanted = np.concatenate([values[offsets[i]:offsets[i + 1]] for i in indices])
          with open(base + '.out', 'rb') as f:
              same = f.read() == wanted.astype(wanted.dtype.newbyteorder('=')).tobytes()
          complete = (np.sort(indices) == np.arange(700)).all()
          print(name, 'same' if same and complete else 'DIFFERENT')
      """;

  @TempDir Path directory;

  @Test
  void readDeliversTheRecordsThatNumPyCutsOut() throws IOException, InterruptedException {
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    assertThat(Python.run(python, MAKE, directory)).isEmpty();
    for (String name : new String[] {"plain", "rows"}) {
      Run run =
          Run.of(
              "read",
              directory.resolve(name + ".npy"),
              "--offsets",
              name + "=" + directory.resolve(name + "-offsets.npy"),
              "--native-order",
              "--batch-size",
              64,
              "--batch-bytes",
              4000,
              "--indices",
              directory.resolve(name + ".indices"),
              "--out",
              directory.resolve(name + ".out"));
      assertThat(run.err()).doesNotContain("penstock:");
      assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    }
    assertThat(Python.run(python, COMPARE, directory).lines())
        .containsExactly("plain same", "rows same");
  }

  @Test
  void offsetsOfNoColumnAreWrongUsage() {
    Run run = Run.of("read", directory.resolve("x.npy"), "--offsets", "y=" + directory);
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains("--offsets must be of one of the columns [x], was y");
  }
}
