package io.penstock.internal.format.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import io.penstock.format.Hostile;
import io.penstock.format.ZipFiles;
import io.penstock.format.ZipFiles.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of torch.save that are damaged or made to do harm. */
class HostileTorchTest {
  private static final Path TENSORS = Path.of("src/test/resources/io/penstock/torch/tensors.zip");
  private static final long WITHIN_BYTES = 64 << 20;

  @TempDir Path directory;
  private Path path;

  @BeforeEach
  void setPath() {
    path = directory.resolve("x.pt");
  }

  private static byte[] file(String name) throws IOException {
    try (ZipFile archive = new ZipFile(TENSORS.toFile())) {
      return archive.getInputStream(new ZipEntry(name)).readAllBytes();
    }
  }

  private TorchFiles plain() throws IOException {
    return TorchFiles.read(Files.write(directory.resolve("plain.pt"), file("plain.pt")));
  }

  @Test
  void everyPrefixIsRefused() throws IOException {
    Hostile.assertPrefixesRefused(path, file("plain.pt"));
  }

  @Test
  void damagedFilesAreSound() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name : List.of("plain.pt", "mixed.pt", "views.pt", "others.pt", "state.pth")) {
      files.add(file(name));
    }
    Hostile.assertChangesSound(path, files, 3_000, 7);
  }

  /** Changes in the pickle alone, which no checksum guards: views of other places and sizes. */
  @Test
  void damagedPicklesAreSound() throws IOException {
    for (String name : List.of("views.pt", "others.pt")) {
      TorchFiles torch = TorchFiles.read(Files.write(directory.resolve("a.pt"), file(name)));
      byte[] pickle = torch.pickle();
      for (int at = 0; at < pickle.length; at += 3) {
        byte[] damaged = pickle.clone();
        damaged[at] ^= (byte) (1 << at % 8);
        Hostile.isSound(Files.write(path, torch.with("data.pkl", damaged).packed(false)));
      }
    }
  }

  /** A pickle of one tensor of these numbers. */
  private static byte[] tensor(String key, int offset, long[] sizes, long[] strides)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(HexFormat.of().parseHex("8002"));
    text(out, "ctorch._utils\n_rebuild_tensor_v2\n((");
    name(out, "storage");
    text(out, "ctorch\nByteStorage\n");
    name(out, key);
    name(out, "cpu");
    number(out, 600);
    text(out, "tQ");
    number(out, offset);
    for (long[] numbers : List.of(sizes, strides)) {
      text(out, "(");
      for (long number : numbers) {
        number(out, number);
      }
      text(out, "t");
    }
    text(out, "NNtR.");
    return out.toByteArray();
  }

  @Test
  void storagesBeyond4GibibytesAreRead() throws IOException {
    long bytes = (4L << 30) + 12;
    Entry pickle =
        Entry.of("m/data.pkl", tensor("0", 0, new long[] {bytes / 2, 2}, new long[] {2, 1}));
    Entry storage = Entry.of("m/data/0", new byte[0]).withSizes(bytes, bytes, bytes);
    byte[] start = ZipFiles.archive(pickle);
    int first = ZipFiles.directoryEntry(pickle, 0).length + ZipFiles.end(false, 1, 0, 0, 0).length;
    try (RandomAccessFile archive = new RandomAccessFile(path.toFile(), "rw")) {
      archive.write(start, 0, start.length - first);
      long second = archive.getFilePointer();
      byte[] header = ZipFiles.archive(storage);
      archive.write(header, 0, 30 + "m/data/0".length() + 20);
      archive.seek(archive.getFilePointer() + bytes - 2);
      archive.write(new byte[] {7, 8});
      long offset = archive.getFilePointer();
      archive.write(ZipFiles.directoryEntry(pickle, 0));
      archive.write(ZipFiles.directoryEntry(storage, second));
      long end = archive.getFilePointer();
      archive.write(ZipFiles.end(true, 2, end - offset, offset, end));
    }
    try (Dataset dataset = Dataset.open(path)) {
      assertThat(dataset.recordCount()).isEqualTo(bytes / 2);
      String column = dataset.columns().getFirst().name();
      byte[] last =
          dataset.record(column, dataset.recordCount() - 1).toArray(ValueLayout.JAVA_BYTE);
      assertThat(last).containsExactly(7, 8);
    }
  }

  /** PyTorch 2 keeps x.conj() and views of imaginary parts as they were, with a note. */
  @Test
  void whatIsComputedOnReadingIsRefused() throws IOException {
    byte[] plain = tensor("0", 0, new long[] {5}, new long[] {1});
    for (String note : List.of("conj", "neg")) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(plain, 0, plain.length - 3);
      text(out, "}");
      name(out, note);
      out.write(0x88); // True
      text(out, "stR.");
      assertRefused(out.toByteArray(), "conjugated or negated when it is read");
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(plain, 0, plain.length - 3);
    text(out, "}tR.");
    Files.write(path, plain().with("data.pkl", out.toByteArray()).packed(false));
    assertThat(Hostile.isSound(path)).isTrue();
  }

  private static void text(ByteArrayOutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static void name(ByteArrayOutputStream out, String name) throws IOException {
    out.write(new byte[] {'X', (byte) name.length(), 0, 0, 0});
    text(out, name);
  }

  private static void number(ByteArrayOutputStream out, long number) throws IOException {
    out.write(0x8a);
    out.write(8);
    for (int i = 0; i < 8; i++) {
      out.write((int) (number >> (8 * i)));
    }
  }

  private void assertRefused(byte[] pickle, String reason) throws IOException {
    Files.write(path, plain().with("data.pkl", pickle).packed(false));
    Hostile.assertRefusedWithin(path, WITHIN_BYTES, reason);
    assertThat(Hostile.isSound(path)).isFalse();
  }

  /** The storage 0 of the file has 600 bytes. */
  @Test
  void viewsBeyondTheirStorageAreRefused() throws IOException {
    long huge = Long.MAX_VALUE;
    Files.write(
        path,
        plain().with("data.pkl", tensor("0", 0, new long[] {600}, new long[] {1})).packed(false));
    assertThat(Hostile.isSound(path)).isTrue();
    String reason = "found one that reaches beyond it";
    assertRefused(tensor("0", 1, new long[] {600}, new long[] {1}), reason);
    assertRefused(tensor("0", 601, new long[] {0}, new long[] {1}), reason);
    assertRefused(tensor("0", 0, new long[] {2}, new long[] {600}), reason);
    assertRefused(tensor("0", 0, new long[] {2}, new long[] {huge}), reason);
    assertRefused(tensor("0", 0, new long[] {huge, huge}, new long[] {1, 1}), reason);
    assertRefused(tensor("0", -1, new long[] {2}, new long[] {1}), reason);
    assertRefused(tensor("0", 0, new long[] {huge}, new long[] {0}), "several share one");
    assertRefused(tensor("0", 0, new long[] {-1}, new long[] {1}), "found another call");
    assertRefused(tensor("0", 0, new long[] {5, 5}, new long[] {1}), "found another call");
    assertRefused(tensor("7", 0, new long[] {5}, new long[] {1}), "found none: copy the file");
    assertRefused(tensor("../0", 0, new long[] {5}, new long[] {1}), "found none: copy the file");
  }

  /**
   * A hundred thousand views of one storage cost a line each, not memory in proportion to them. The
   * file is made without copies: there are 64 MiB for this test and the parser together.
   */
  @Test
  void manyViewsOfOneStorageAreWithinLimits() throws IOException {
    int views = 100_000;
    byte[] one = tensor("0", 0, new long[] {5}, new long[] {1});
    byte[] head = HexFormat.of().parseHex("800228");
    byte[] tail = "l.".getBytes(StandardCharsets.ISO_8859_1);
    int each = one.length - 3; // Without its protocol and its end.
    ByteBuffer all = ByteBuffer.allocate(head.length + views * each + tail.length).put(head);
    for (int i = 0; i < views; i++) {
      all.put(one, 2, each);
    }
    plain().with("data.pkl", all.put(tail).array()).pack(false, path);
    assertThat(Hostile.isSound(path)).isTrue();
  }
}
