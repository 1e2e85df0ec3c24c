package io.penstock.cli.make;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.cli.Python;
import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code convert} makes of each format is what NumPy loads from it. */
@Timeout(240)
final class ConvertTest {
  private static final String WRITE =
      """
      import gzip, os, pickle, struct, sys, zlib
      import numpy as np
      os.chdir(sys.argv[1])
      rng = np.random.default_rng(1)
      x = rng.integers(-1000, 1000, (5000, 6)).astype('<i4')
      f = np.asfortranarray(rng.random((300, 5, 4)))
      points = np.array([(1, 2.5), (3, 4.5)], dtype=[('a', '<i2'), ('b', '<f8')])
      np.savez_compressed('c.npz', x=x, f=f, points=points)
      with gzip.open('g.npy.gz', 'wb') as file:
          np.save(file, x)
      images = rng.integers(0, 256, (100, 28, 28), dtype=np.uint8)
      with gzip.open('images-idx3-ubyte.gz', 'wb') as file:
          file.write(struct.pack('>IIII', 0x803, 100, 28, 28) + images.tobytes())
      with open('z.pkl', 'wb') as file:
          file.write(zlib.compress(pickle.dumps({'a': x}, protocol=4)))
      for protocol in range(3):
          with open('p%d.pkl' % protocol, 'wb') as file:
              pickle.dump({'x': x, 'f': f, 'l': [x[0], x[1], x[2]], 'points': points}, file,
                          protocol=protocol)
      text = repr(x.tobytes())[1:].encode()
      with open('python2.pkl', 'wb') as file:
          file.write(b"cnumpy.core.multiarray\\n_reconstruct\\n(cnumpy\\nndarray\\n(I0\\ntS'b'\\n"
                     b"tR(I1\\n(I5000\\nI6\\ntcnumpy\\ndtype\\n(S'i4'\\nI0\\nI1\\ntR(I3\\nS'<'\\n"
                     b"NNNI-1\\nI-1\\nI0\\ntbI00\\nS" + text + b"\\ntb.")
      np.savetxt('t.csv', rng.random((1000, 3)), delimiter=',')
      np.savetxt('t.txt', x, fmt='%d')
      np.savetxt('one.csv', [1.5, np.nan, -np.inf, 1e300, 0.1])
      np.savetxt('h.tsv', x, fmt='%d', delimiter='\\t', header='a\\tb', comments='')
      os.mkdir('all')
      for number, dtype in enumerate([
              '?', 'i1', 'u1', '<i2', '>i2', '<u4', '>i8', '<f2', '>f4', '<f8', '<f16', '<c8',
              '>c16', 'S5', '<U3', '>U2', 'V7', '<M8[ns]', '<m8[D]']):
          raw = rng.bytes(60 * np.dtype(dtype).itemsize)
          array = np.frombuffer(raw, dtype='V%d' % np.dtype(dtype).itemsize)
          if dtype == '?':
              array = np.arange(60) % 3 == 0
          elif 'U' in dtype:
              array = np.full(60, '\\u00e4b', dtype=dtype)
          else:
              array = array.view(dtype)
          np.save('all/%02d.npy' % number, array.reshape(12, 5))
      os.makedirs('folder')
      for number in range(20):
          np.save('folder/%02d.npy' % number, x[number])
      """;

  /** Loads what was made, and compares to the bit; NaN is NaN. */
  private static final String CHECK =
      """
      import gzip, os, sys
      import numpy as np
      os.chdir(sys.argv[1])

      def same(name, expected):
          found = np.load(name)
          expected = np.ascontiguousarray(expected)
          assert found.dtype == expected.dtype, (name, found.dtype, expected.dtype)
          assert found.shape == expected.shape, (name, found.shape, expected.shape)
          assert found.tobytes() == expected.tobytes(), name

      """;

  @TempDir static Path directory;
  private static String python;

  @BeforeAll
  static void write() throws IOException, InterruptedException {
    python = Python.withNumPy();
    assumeTrue(python != null, "no Python with NumPy here");
    Python.run(python, WRITE, directory);
  }

  private static Path file(String name) {
    return directory.resolve(name);
  }

  private static void convert(Object... arguments) throws IOException {
    Run run =
        Run.of(Stream.concat(Stream.of("convert"), Stream.of(arguments)).toArray(Object[]::new));
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isEqualTo(ExitCodes.DONE);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).noneMatch(path -> path.toString().contains("partial"));
    }
  }

  private static void check(String statements) throws IOException, InterruptedException {
    Python.run(python, CHECK + statements, directory);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "c.npz#x | np.load('c.npz')['x']",
        "c.npz#f | np.load('c.npz')['f']",
        "c.npz#points.b | np.load('c.npz')['points']['b']",
        "g.npy.gz | np.load('c.npz')['x']",
        "z.pkl#a | np.load('c.npz')['x']",
        "images-idx3-ubyte.gz | np.frombuffer(gzip.open('images-idx3-ubyte.gz').read()[16:],"
            + " 'u1').reshape(100, 28, 28)",
        "p0.pkl#x | np.load('c.npz')['x']",
        "p0.pkl#f | np.load('c.npz')['f']",
        "p0.pkl#l[] | np.load('c.npz')['x'][:3]",
        "p1.pkl#x | np.load('c.npz')['x']",
        "p2.pkl#x | np.load('c.npz')['x']",
        "p2.pkl#f | np.load('c.npz')['f']",
        "p2.pkl#l[1] | np.load('c.npz')['x'][1]",
        "p2.pkl#l[] | np.load('c.npz')['x'][:3]",
        "python2.pkl | np.load('c.npz')['x']",
        "folder | np.load('c.npz')['x'][:20]",
        "t.csv | np.loadtxt('t.csv', delimiter=',')",
        "t.txt | np.loadtxt('t.txt')",
        "one.csv | np.loadtxt('one.csv')",
      })
  void everyFormatIsAsNumPyLoadsIt(String source, String expected) throws Exception {
    convert(file(source), file("out.npy"), "--force");
    check("same('out.npy', %s)".formatted(expected));
  }

  @Test
  void textBecomesTheTypeThatIsAskedFor() throws Exception {
    convert(file("t.txt"), file("i.npy"), "--dtype", "int16");
    convert(file("one.csv"), file("f.npy"), "--dtype", "float32");
    convert(file("h.tsv"), file("t.npy"), "--skip-lines", 1, "--dtype", ">i8");
    check(
        """
        same('i.npy', np.loadtxt('t.txt', dtype='i2'))
        same('f.npy', np.loadtxt('one.csv', dtype='f4'))
        same('t.npy', np.loadtxt('h.tsv', dtype='>i8', skiprows=1))
        """);
    Run run = Run.of("convert", file("h.tsv"), file("no.npy"));
    assertThat(run.err()).contains("h.tsv: line 1: expected a number, found 'a'");
    Files.writeString(file("ragged.csv"), "1,2\n3\n");
    run = Run.of("convert", file("ragged.csv"), file("no.npy"));
    assertThat(run.err()).contains("line 2: expected 2 numbers as in the first line, found 1");
    assertThat(file("no.npy")).doesNotExist();
  }

  @Test
  void everyDtypeComesBackToTheBit() throws Exception {
    for (int i = 0; i < 19; i++) {
      String name = "all/%02d.npy".formatted(i);
      convert(file(name), file(name + ".out.npy"));
      convert(file(name), file(name + ".padded.npy"), "--align-records");
    }
    check(
        """
        import pickle
        for i in range(19):
            array = np.load('all/%02d.npy' % i)
            same('all/%02d.npy.out.npy' % i, array)
            padded = np.load('all/%02d.npy.padded.npy' % i, mmap_mode='r')
            assert padded.dtype.itemsize == 512, padded.dtype
            field = padded[padded.dtype.names[0]]
            assert field.dtype == array.dtype and field.tobytes() == array.tobytes(), i
            found = np.load('all/%02d.npy.out.npy' % i)
            assert pickle.dumps(found) == pickle.dumps(array), i
        """);
  }

  @Test
  void castsAreThoseOfNumPy() throws Exception {
    convert(file("t.csv"), file("d.npy"));
    convert(file("d.npy"), file("h.npy"), "--dtype", "float16", "--lossy", "--force");
    convert(file("c.npz#x"), file("b.npy"), "--dtype", "uint8", "--lossy");
    convert(file("c.npz#x"), file("r.npy"), "--dtype", ">f8", "--select", "10:4000:7");
    check(
        """
        x = np.load('c.npz')['x']
        same('h.npy', np.load('d.npy').astype('f2'))
        same('b.npy', x.astype('u1'))
        same('r.npy', x[10:4000:7].astype('>f8'))
        """);
  }

  @Test
  void damagedAndUnknownCompressionsAreNamed() throws Exception {
    byte[] whole = Files.readAllBytes(file("g.npy.gz"));
    Files.write(file("cut.npy.gz"), Arrays.copyOf(whole, whole.length / 2));
    Files.write(file("x.bz2"), new byte[] {'B', 'Z', 'h', '9', 1, 2, 3});
    check("np.savez_compressed('flipped.npz', x=np.random.default_rng(1).bytes(100_000))");
    byte[] archive = Files.readAllBytes(file("flipped.npz"));
    archive[archive.length / 2] ^= 16; // Still a valid stream: random bytes are stored as they are.
    Files.write(file("flipped.npz"), archive);
    for (String[] wrong :
        new String[][] {
          {"cut.npy.gz", "damaged or cut short"},
          {"x.bz2", "bunzip2"},
          {"flipped.npz", "CRC-32 of x.npy"}
        }) {
      Run run = Run.of("convert", file(wrong[0]), file("no.npy"));
      assertThat(run.err()).contains(wrong[0], wrong[1]);
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
    }
    assertThat(file("no.npy")).doesNotExist();
  }

  @Test
  void imagesBecomeRecordsAndDirectoriesLabels() throws Exception {
    int[][] pixels = new int[4][6 * 5];
    for (int i = 0; i < 4; i++) {
      Path directory = Files.createDirectories(file("pictures/" + (i % 2 == 0 ? "cat" : "ant")));
      BufferedImage image = new BufferedImage(5, 6, BufferedImage.TYPE_INT_RGB);
      for (int k = 0; k < 30; k++) {
        pixels[i][k] = (i * 7919 + k * 104729) & 0xffffff;
        image.setRGB(k % 5, k / 5, pixels[i][k]);
      }
      ImageIO.write(image, "png", directory.resolve(i + ".png").toFile());
    }
    convert(file("pictures"), file("p.npy"));
    byte[] found = Run.of("read", file("p.npy"), "--shuffle", "none", "--out", "-").out();
    assertThat(found).hasSize(4 * 90);
    // In the order of the paths: ant/1, ant/3, cat/0, cat/2.
    int[] order = {1, 3, 0, 2};
    for (int i = 0; i < 4 * 90; i++) {
      int pixel = pixels[order[i / 90]][i % 90 / 3];
      assertThat(found[i]).isEqualTo((byte) (pixel >> (16 - 8 * (i % 3))));
    }
    check("same('p-labels.npy', np.array([0, 0, 1, 1]))");
    convert(file("pictures"), file("q.npy"), "--gray", "--resize", "3x2");
    check("assert np.load('q.npy').shape == (4, 3, 2) and np.load('q.npy').dtype == 'u1'");
    Files.write(file("pictures/cat/9.png"), new byte[] {1, 2, 3});
    Run run = Run.of("convert", file("pictures"), file("no.npy"));
    assertThat(run.err()).contains("9.png: expected an image");
    BufferedImage other = new BufferedImage(4, 4, BufferedImage.TYPE_BYTE_GRAY);
    ImageIO.write(other, "png", file("pictures/cat/9.png").toFile());
    run = Run.of("convert", file("pictures"), file("no.npy"));
    assertThat(run.err()).contains("9.png: expected an image of 6x5", "--resize");
    assertThat(List.of(file("no.npy"), file("no-labels.npy"))).noneMatch(Files::exists);
  }

  @Test
  void grayImagesKeepTheirNumbers() throws Exception {
    Path directory = Files.createDirectory(file("gray"));
    BufferedImage image = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 256; i++) {
      image.getRaster().setSample(i % 16, i / 16, 0, i);
    }
    ImageIO.write(image, "png", directory.resolve("0.png").toFile());
    convert(directory, file("gray.npy"), "--gray");
    convert(directory, file("rgb.npy"));
    check(
        """
        same('gray.npy', np.arange(256, dtype='u1').reshape(1, 16, 16))
        same('rgb.npy', np.repeat(np.arange(256, dtype='u1'), 3).reshape(1, 16, 16, 3))
        """);
  }
}
