package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.Python;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Structured arrays of hundreds of dtypes, in .npy, .npz and pickles of all protocols, come out of
 * {@code convert}, {@code take} and {@code shuffle} as NumPy has them, or not at all.
 */
final class StructuredNumPyTest {
  /** One line for each array: how to name it, its number, and whether it can be read in place. */
  private static final String MAKE =
      """
      import pickle, sys, random, warnings, numpy as np
      warnings.simplefilter('ignore')
      folder, pick = sys.argv[1], random.Random(11)
      NAMES = ['x', 'a.b', 'a', "it's", 'say "no"', 'back\\\\slash', 'both\\'"', 'tab\\there', ' ',
               'new\\nline', '\\u00e9', '\\u540d\\u524d', '\\U0001f600', '<f4', '|V3', "('', '|V4')",
               '#', 'a,b', '[0]', '\\x7f', '\\u200b', 'x~2', '%s', '{}', '\\\\x41', 'raw:<f4']
      PLAIN = ['<f4', '>f4', '|u1', '?', '>i8', '<u2', 'S3', '<U2', '>U1', '<M8[25us]', '>m8[D]',
               '<c16', '<f2', 'V5', '<i4', 'S0', 'U0']

      def dtype(depth):
          names = pick.sample(NAMES, pick.choice([1, 1, 2, 3, 5]))
          fields = []
          for name in names:
              inner = dtype(depth - 1) if depth and pick.random() < 0.4 else pick.choice(PLAIN)
              if pick.random() < 0.2:
                  name = ('title of ' + name, name)
              shape = pick.choice([None, None, None, (2,), (1,), (2, 3), (), (0,)])
              fields.append((name, inner) if shape is None else (name, inner, shape))
          made = np.dtype(fields, align=pick.random() < 0.3)
          if pick.random() < 0.25 and made.itemsize:
              parts = [made.fields[name] for name in made.names]
              spread = [part[1] + pick.choice([0, 0, 3]) * (i + 1) for i, part in enumerate(parts)]
              size = max(s + part[0].itemsize for s, part in zip(spread, parts))
              how = {'names': list(made.names), 'formats': [part[0] for part in parts],
                     'offsets': spread, 'itemsize': size + pick.choice([0, 1, 7])}
              made = np.dtype(how)
          return made

      def wide(count):
          return np.dtype([('field number %d' % i, PLAIN[i % 11]) for i in range(count)])

      types = [wide(99), wide(101), wide(250), wide(800),
               np.dtype({'names': ['b', 'a'], 'formats': ['<i4', '<i4'], 'offsets': [4, 0]}),
               np.dtype({'names': ['i', 'f'], 'formats': ['<i4', '<f4'], 'offsets': [0, 0]}),
               np.dtype([('p', {'names': ['b', 'a'], 'formats': ['u1', 'u1'], 'offsets': [1, 0]})]),
               np.dtype([('deep', [('er', [('x', '<f4'), ('y', '<f8', (2, 2))])], (3,))])]
      while len(types) < 320:
          try:
              made = dtype(2)
          except ValueError:  # Strings of no characters in a sub-array.
              continue
          if made.itemsize:
              types.append(made)
      for number, made in enumerate(types):
          count = pick.choice([1, 2, 5])
          raw = np.random.default_rng(number).integers(0, 2, count * made.itemsize, np.uint8)
          x = np.frombuffer(raw.tobytes(), made).copy()
          name = '%s/%03d' % (folder, number)
          np.save(name + '.bytes.npy', np.frombuffer(x.tobytes(), 'u1'))
          try:
              np.save(name + '.expected.npy', x)
              np.load(name + '.expected.npy', max_header_size=1 << 20)
          except ValueError:
              open(name + '.refused', 'w').close()
          kind = number % 9
          if kind == 0 and not made.names == ('b', 'a'):
              kind = 8
          if kind == 6 or kind == 7:
              try:
                  np.save(name + '.npy', x) if kind == 6 else np.savez(name + '.npz', k=x)
                  part = name + ('.npy' if kind == 6 else '.npz#k')
              except ValueError:
                  kind = 4
          if kind < 6 or kind == 8:
              protocol = kind if kind < 6 else 0
              with open(name + '.pkl', 'wb') as f:
                  pickle.dump({'k': x}, f, protocol)
              part = name + '.pkl#k'
          print(number, kind in (3, 4, 5, 6, 7), part, sep='\\t')
      """;

  private static final String COMPARE =
      """
      import glob, os, sys, numpy as np
      for out in sorted(glob.glob(sys.argv[1] + '/*.out-*.npy')):
          name = out.split('.out-')[0]
          y = np.load(out, max_header_size=1 << 20)
          x = np.load(name + '.expected.npy', max_header_size=1 << 20)
          raw = np.load(name + '.bytes.npy').tobytes()
          same = y.dtype == x.dtype and y.dtype.descr == x.dtype.descr and y.shape == x.shape
          if 'shuffle' in out:
              same &= sorted(y.view('V%d' % y.itemsize).tolist()) == sorted(
                  np.frombuffer(raw, 'V%d' % x.itemsize).tolist())
          else:
              same &= y.tobytes() == raw
          print('same' if same else '%s: %s, not %s' % (out, y.dtype, x.dtype))
      """;

  @TempDir Path directory;

  @Test
  void structuredArraysAreWrittenAsNumPyHasThemOrRefused()
      throws IOException, InterruptedException {
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    List<String> lines = Python.run(python, MAKE, directory).lines().toList();
    assertThat(lines).hasSizeGreaterThan(300);
    int written = 0;
    int refused = 0;
    for (String line : lines) {
      String[] words = line.split("\t", 3);
      int number = Integer.parseInt(words[0]);
      String base = "%s/%03d".formatted(directory, number);
      boolean isRefused = Files.exists(Path.of(base + ".refused"));
      for (Run run : runs(words[2], base, number, words[1].equals("True"))) {
        if (isRefused) {
          assertThat(run.code()).as(line + run.err()).isEqualTo(ExitCodes.FAILED);
          assertThat(run.err()).contains("lie over each other or out of order");
          refused++;
        } else {
          assertThat(run.code()).as(line + run.err()).isZero();
          written++;
        }
      }
    }
    assertThat(refused).isPositive();
    assertThat(Python.run(python, COMPARE, directory).lines())
        .hasSize(written)
        .containsOnly("same");
  }

  private List<Run> runs(String source, String base, int number, boolean isInPlace)
      throws IOException {
    List<Run> runs = new ArrayList<>();
    runs.add(Run.of("convert", source, base + ".out-convert.npy"));
    if (isInPlace) {
      String records =
          Run.of("info", source, "--json").text().replaceAll("(?s).*\"records\": ?(\\d+).*", "$1");
      Path indices = Path.of(base + ".indices");
      List<String> all = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(records); i++) {
        all.add(String.valueOf(i));
      }
      Files.write(indices, all);
      runs.add(Run.of("take", source, "--indices", indices, "--out", base + ".out-take.npy"));
      if (number % 8 == 3) {
        runs.add(shuffled(source, base));
      }
    }
    return runs;
  }

  /** The one file of a shuffled copy, beside the others. */
  private static Run shuffled(String source, String base) throws IOException {
    Path shuffled = Path.of(base + ".shuffled");
    Run run = Run.of("shuffle", source, shuffled);
    if (Files.isDirectory(shuffled)) {
      try (Stream<Path> files = Files.list(shuffled)) {
        for (Path file : files.filter(path -> path.toString().endsWith(".npy")).toList()) {
          Files.move(file, Path.of(base + ".out-shuffle.npy"));
        }
      }
    }
    return run;
  }
}
