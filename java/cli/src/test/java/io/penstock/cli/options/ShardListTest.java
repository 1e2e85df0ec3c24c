package io.penstock.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commas between files, and commas in names. */
class ShardListTest {
  @TempDir Path directory;

  private Path npz(String file, String... members) throws IOException {
    byte[] npy =
        Files.readAllBytes(Run.npy(directory.resolve("m.npy"), "'|u1'", "(3,)", new byte[3]));
    Path path = directory.resolve(file);
    try (ZipOutputStream zip =
        new ZipOutputStream(Files.newOutputStream(path), StandardCharsets.UTF_8)) {
      zip.setMethod(ZipOutputStream.STORED);
      for (String member : members) {
        ZipEntry entry = new ZipEntry(member + ".npy");
        CRC32 crc = new CRC32();
        crc.update(npy);
        entry.setCrc(crc.getValue());
        entry.setSize(npy.length);
        zip.putNextEntry(entry);
        zip.write(npy);
        zip.closeEntry();
      }
    }
    return path;
  }

  @Test
  void partsOfSeveralFilesAreSeveral() throws IOException {
    Path a = npz("a.npz", "x");
    Path b = npz("b.npz", "x");
    String both = a + "#x," + b + "#x";
    assertThat(ShardList.of(both)).containsExactly(a + "#x", b + "#x");
    assertThat(ShardList.of(both + "," + a + "#x")).hasSize(3);
    assertThat(ShardList.of(a + "#x," + directory.resolve("none.npz") + "#x")).hasSize(2);
    Run run = Run.of("read", "--column", "c=" + both, "--json");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.text()).contains("\"records\":6");
    run = Run.of("convert", both, directory.resolve("out.npy"));
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void commasInNamesOfFilesAndPartsDoNotDivide() throws IOException {
    Path comma = npz("a,b.npz", "x", "y,z");
    Path plain = npz("a.npz", "x", "y,z");
    assertThat(ShardList.of(comma.toString())).containsExactly(comma.toString());
    assertThat(ShardList.of(comma + "#x," + plain + "#x"))
        .containsExactly(comma + "#x", plain + "#x");
    assertThat(ShardList.of(plain + "#y,z," + comma + "#y,z"))
        .containsExactly(plain + "#y,z", comma + "#y,z");
    assertThat(ShardList.of("p-*.npz#x,q-*.npz#x")).containsExactly("p-*.npz#x", "q-*.npz#x");
    assertThat(ShardList.of("a,,b")).containsExactly("a", "", "b");
  }
}
