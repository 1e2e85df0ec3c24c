package io.penstock.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.array.ArrayLayout;
import io.penstock.array.Shape;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files that NumPy itself wrote: every dtype, shape and version must be read as NumPy reads it.
 *
 * <p>One run of python3 writes all files and says what NumPy knows about each; without python3 or
 * NumPy the tests are skipped.
 */
class NumpyFilesTest {
  private static final String PROGRAM =
      """
      import os
      import sys
      try:
          import numpy
          from numpy.lib import format as npy
      except ImportError as problem:
          print(problem)
          sys.exit(77)

      folder = sys.argv[1]
      number = 0


      def write(array, version=None):
          global number
          number += 1
          name = f"{folder}/{number}.npy"
          with open(name, "wb") as file:
              npy.write_array(file, array, version=version, allow_pickle=True)
          offset = os.path.getsize(name) - array.nbytes
          if array.dtype.hasobject:
              kind = "object"
          elif array.dtype.fields:
              kind = "structured"
          elif array.ndim == 0:
              kind = "0-d"
          elif array.size and array.nbytes == 0 or 0 in array.shape[1:]:
              kind = "0 bytes"
          elif array.flags.f_contiguous and not array.flags.c_contiguous:
              kind = "Fortran"
          else:
              kind = "plain"
          shape = " ".join(map(str, array.shape))
          print(name, kind, array.dtype.str, offset, array.nbytes, shape, sep="\\t")


      dtypes = ["?"] + [o + k for k in ("i1", "u1") for o in ("|",)]
      for order in "<>":
          for kind in ("i2 i4 i8 u2 u4 u8 f2 f4 f8 g F D G M8[ns] M8[D] M8[25us] M8 m8[s] m8[as] "
                       "m8 S1 S17 U1 U9 V1 V33").split():
              dtypes.append(numpy.dtype(kind).newbyteorder(order))
      for dtype in dtypes:
          for shape in ((7,), (3, 5), (0,), (0, 4), (1, 1, 1), (2, 1, 3, 2)):
              write(numpy.zeros(shape, dtype))
      for version in ((1, 0), (2, 0), (3, 0)):
          write(numpy.zeros((3, 2), "<f4"), version)
      write(numpy.zeros((), "<f8"))
      write(numpy.zeros((3, 0), "<f8"))
      write(numpy.zeros((4, 5), "<f8", order="F"))
      write(numpy.zeros((2, 3, 4), ">i2", order="F"))
      write(numpy.zeros((9, 1), "<f8", order="F"))
      write(numpy.zeros((1, 9), "<f8", order="F"))
      write(numpy.zeros((9,), "<f8", order="F"))
      write(numpy.zeros((20,), "<i4")[::2])
      write(numpy.array([1, None], dtype=object))
      write(numpy.zeros(4, [("x", "<f4"), ("y", ">i2", (2, 3)), ("z", [("a", "S3")])]))
      write(numpy.zeros(4, [("\\u00e9", "<f4")]))
      write(numpy.zeros(4, [("\\u540d\\u524d", "<f4")]))
      write(numpy.zeros(4, {"names": ["a"], "formats": ["<i2"], "offsets": [6], "itemsize": 16}))
      write(numpy.zeros(2, [(f"field{i:05d}", "<f4") for i in range(3000)]))
      write(numpy.ones((1,) * 32, "u1"))
      """;

  @TempDir static Path directory;

  /** What NumPy knows about a file. */
  private record Written(
      Path path, String kind, String descr, long dataOffset, long dataBytes, List<Long> shape) {

    static Written parse(String line) {
      String[] parts = line.split("\t", -1);
      List<Long> shape =
          parts[5].isEmpty()
              ? List.of()
              : List.of(parts[5].split(" ", -1)).stream().map(Long::valueOf).toList();
      return new Written(
          Path.of(parts[0]),
          parts[1],
          parts[2],
          Long.parseLong(parts[3]),
          Long.parseLong(parts[4]),
          shape);
    }
  }

  private static List<Written> files;

  @BeforeAll
  static void writeFiles() throws IOException, InterruptedException {
    Path program = Files.writeString(directory.resolve("write.py"), PROGRAM);
    Process process;
    try {
      process =
          new ProcessBuilder("python3", "-W", "ignore", program.toString(), directory.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "python3 is not on the PATH, so NumPy writes no files: " + e.getMessage());
      throw e;
    }
    try (InputStream output = process.getInputStream()) {
      String text = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      int status = process.waitFor();
      assumeTrue(status != 77, () -> "python3 has no NumPy: " + text.strip());
      assertThat(status).as(text).isZero();
      files = text.lines().map(Written::parse).toList();
    }
  }

  private static List<Written> ofKind(String kind) {
    return files.stream().filter(file -> file.kind.equals(kind)).toList();
  }

  @Test
  void arraysAreReadAsNumpyReadsThem() {
    assertThat(ofKind("plain")).hasSizeGreaterThan(300);
    for (Written file : ofKind("plain")) {
      ArrayLayout layout = Formats.open(file.path);
      assertThat(layout.elementType().descr()).as(file.toString()).isEqualTo(file.descr);
      assertThat(layout.shape()).as(file.toString()).isEqualTo(Shape.of(file.shape));
      assertThat(layout.dataOffset()).as(file.toString()).isEqualTo(file.dataOffset);
      assertThat(layout.dataBytes()).as(file.toString()).isEqualTo(file.dataBytes);
      assertThat(layout.fileBytes()).isEqualTo(file.dataOffset + file.dataBytes);
    }
  }

  @Test
  void arraysThatAreNotOnePieceAreToldSo() {
    assertThat(ofKind("Fortran")).hasSize(2);
    for (Written file : ofKind("Fortran")) {
      ArrayLayout layout = Formats.open(file.path);
      assertThat(layout.shape()).isEqualTo(Shape.of(file.shape));
      assertThat(layout.isWhole()).as(file.toString()).isFalse();
      assertThat(layout.shards()).singleElement().matches(shard -> !shard.isWhole());
    }
    assertThat(ofKind("structured")).hasSize(5);
    for (Written file : ofKind("structured")) {
      ArrayLayout layout = Formats.open(file.path);
      assertThat(layout.isContiguous()).as(file.toString()).isTrue();
      assertThat(layout.dataBytes()).isEqualTo(file.dataBytes);
    }
    assertThat(Formats.open(ofKind("0-d").getFirst().path).recordCount()).isEqualTo(1);
  }

  @Test
  void whatCannotBeReadIsSaidByName() {
    assertRefused("0 bytes", 1, "expected records of at least 1 byte");
    assertRefused("object", 1, "object dtypes are not supported");
  }

  private static void assertRefused(String kind, int count, String reason) {
    assertThat(ofKind(kind)).hasSize(count);
    for (Written file : ofKind(kind)) {
      assertThatThrownBy(() -> Formats.open(file.path))
          .as(file.toString())
          .isInstanceOf(PenstockException.class)
          .hasMessageContaining(reason);
    }
  }
}
