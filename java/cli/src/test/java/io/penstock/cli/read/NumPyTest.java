package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.Python;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code read} delivers is what NumPy has, for every dtype: in order, and shuffled. */
final class NumPyTest {
  /** Arrays of random bytes, so that no conversion goes unnoticed. */
  private static final String MAKE =
      """
      import sys, numpy as np
      rng = np.random.default_rng(7)
      sizes = {'b': [1], 'i': [1, 2, 4, 8], 'u': [1, 2, 4, 8], 'f': [2, 4, 8, 16],
               'c': [8, 16, 32], 'S': [1, 5], 'U': [1, 3], 'V': [1, 7], 'M': [8], 'm': [8]}
      shapes = [(1003,), (257, 3), (64, 2, 5, 1), (1, 9), (300, 1)]
      number = 0
      for kind, counts in sizes.items():
          for count in counts:
              for order in '<>':
                  unit = '[ms]' if kind in 'Mm' else ''
                  dtype = np.dtype('%s%s%d%s' % (order, kind, count, unit))
                  shape = shapes[number % len(shapes)]
                  raw = rng.integers(0, 256, int(np.prod(shape)) * dtype.itemsize, np.uint8)
                  if kind == 'b':
                      raw &= 1
                  if kind == 'U':
                      raw[:] = np.full(raw.size // 4, ord('x'), dtype.str[0] + 'u4').view(np.uint8)
                  x = raw.view(dtype).reshape(shape)
                  name = '%s/%03d' % (sys.argv[1], number)
                  with open(name + '.npy', 'wb') as f:
                      version = [(1, 0), (2, 0), (3, 0)][number % 3]
                      np.lib.format.write_array(f, x, version=version)
                  with open(name + '.bytes', 'wb') as f:
                      f.write(x.tobytes())
                  with open(name + '.dtype', 'w') as f:
                      f.write(np.load(name + '.npy').dtype.str)
                  number += 1
      """;

  private static final String COMPARE =
      """
      import glob, sys, numpy as np
      for path in sorted(glob.glob(sys.argv[1] + '/*.npy')):
          x = np.load(path)
          indices = np.loadtxt(path + '.indices', dtype=np.int64, ndmin=1)
          with open(path + '.out', 'rb') as f:
              same = f.read() == x[indices].tobytes()
          complete = (np.sort(indices) == np.arange(len(x))).all()
          print(path, 'same' if same and complete else 'DIFFERENT')
      """;

  private static final String MAKE_STRUCTURED =
      """
      import sys, numpy as np
      inner = np.dtype([('x', '<f4'), ('y', '>f8')], align=True)
      dtype = np.dtype([('id', '<u2'), ('at', inner), ('name', 'S5'), ('v', '<i4', (2, 3))],
                       align=True)
      raw = np.random.default_rng(3).integers(0, 256, 500 * dtype.itemsize, np.uint8)
      np.save(sys.argv[1] + '/in.npy', raw.view(dtype))
      """;

  private static final String COMPARE_STRUCTURED =
      """
      import glob, sys, numpy as np
      x = np.load(sys.argv[1] + '/in.npy')
      for path in glob.glob(sys.argv[1] + '/out*/*.npy') + glob.glob(sys.argv[1] + '/out*.npy'):
          y = np.load(path)
          y = y['records'] if 'records' in y.dtype.names else y
          same = all(sorted(map(bytes, x[name])) == sorted(map(bytes, y[name])) for name in
                     ('id', 'name', 'v'))
          same &= all(sorted(map(bytes, x['at'][name])) == sorted(map(bytes, y['at'][name]))
                      for name in 'xy')
          print('same' if same and x.dtype.names == y.dtype.names else path + str(y.dtype))
      """;

  @TempDir Path directory;

  @Test
  void whatIsWrittenOfStructuredArraysHasTheirFields() throws IOException, InterruptedException {
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    assertThat(Python.run(python, MAKE_STRUCTURED, directory)).isEmpty();
    Path in = directory.resolve("in.npy");
    Path all = directory.resolve("all.txt");
    Files.write(all, IntStream.range(0, 500).mapToObj(Integer::toString).toList());
    for (Run run :
        List.of(
            Run.of("convert", in, directory.resolve("out-1.npy")),
            Run.of("convert", in, directory.resolve("out-2.npy"), "--select", "0:500"),
            Run.of("convert", in, directory.resolve("records.npy"), "--align-records"),
            Run.of("take", in, "--indices", all, "--out", directory.resolve("out-3.npy")),
            Run.of("shuffle", in, directory.resolve("out-4")))) {
      assertThat(run.code()).as(run.err()).isZero();
    }
    Files.move(directory.resolve("records.npy"), directory.resolve("out-5.npy"));
    assertThat(Python.run(python, COMPARE_STRUCTURED, directory).lines())
        .hasSize(5)
        .containsOnly("same");
  }

  @Test
  void readDeliversTheBytesThatNumPyHas() throws IOException, InterruptedException {
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    assertThat(Python.run(python, MAKE, directory)).isEmpty();
    List<Path> arrays = arrays();
    assertThat(arrays).hasSizeGreaterThan(40);
    for (Path array : arrays) {
      String base = array.toString().replace(".npy", "");
      JsonObject info =
          JsonParser.parseString(Run.of("info", "--json", array).text()).getAsJsonObject();
      assertThat(info.get("dtype").getAsString())
          .isEqualTo(Files.readString(Path.of(base + ".dtype")));
      assertThat(Run.of("read", array, "--shuffle", "none", "--out", "-").out())
          .as(info.toString())
          .isEqualTo(Files.readAllBytes(Path.of(base + ".bytes")));
      Run shuffled =
          Run.of(
              "read",
              array,
              "--seed",
              3,
              "--batch-size",
              100,
              "--indices",
              array + ".indices",
              "--out",
              array + ".out");
      assertThat(shuffled.code()).isEqualTo(ExitCodes.DONE);
    }
    assertThat(Python.run(python, COMPARE, directory).lines())
        .hasSize(arrays.size())
        .allMatch(line -> line.endsWith(" same"));
  }

  private List<Path> arrays() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".npy")).sorted().toList();
    }
  }
}
