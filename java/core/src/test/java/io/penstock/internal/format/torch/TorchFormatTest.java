package io.penstock.internal.format.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.penstock.Batch;
import io.penstock.Dataset;
import io.penstock.Loader;
import io.penstock.LoaderBuilder;
import io.penstock.array.ArrayLayout;
import io.penstock.array.Part;
import io.penstock.array.Shard;
import io.penstock.error.PenstockException;
import io.penstock.format.Formats;
import io.penstock.format.Source;
import io.penstock.options.Shuffle;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of torch.save, compared with what PyTorch says is in them. */
class TorchFormatTest {
  private static final Path FOLDER = Path.of("src/test/resources/io/penstock/torch");
  private static final String PYTHON = "/usr/bin/python3";

  @TempDir Path directory;

  /** As write_tensors.py wrote them once. */
  private List<String> unpack() throws IOException {
    try (ZipInputStream archive =
        new ZipInputStream(Files.newInputStream(FOLDER.resolve("tensors.zip")))) {
      for (ZipEntry entry; (entry = archive.getNextEntry()) != null; ) {
        Files.write(directory.resolve(entry.getName()), archive.readAllBytes());
      }
    }
    return Files.readAllLines(directory.resolve("list.tsv"));
  }

  @Test
  void filesOfTheRepositoryAreReadAsPyTorchReadsThem() throws Exception {
    List<String> expected = unpack();
    assertThat(expected).hasSizeGreaterThan(45);
    check(expected);
  }

  @Test
  void filesThatPyTorchWritesNowAreReadAsItReadsThem() throws Exception {
    Path list = directory.resolve("list.tsv");
    assumeThat(run(list, "-c", "import torch, numpy")).as("torch is not installed").isZero();
    String script = FOLDER.resolve("write_tensors.py").toAbsolutePath().toString();
    assertThat(run(list, script, directory.toString())).isZero();
    List<String> expected = Files.readAllLines(list);
    assertThat(expected).hasSizeGreaterThan(50);
    check(expected);
  }

  private static int run(Path output, String... arguments) throws Exception {
    if (!Files.isExecutable(Path.of(PYTHON))) {
      return 1;
    }
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addFirst(PYTHON);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return process.exitValue();
  }

  private void check(List<String> expected) throws Exception {
    for (String line : expected) {
      String[] words = line.split("\t", -1);
      Path file = directory.resolve(words[0]);
      Source source = words[1].isEmpty() ? Source.of(file) : Source.of(file).part(words[1]);
      if (words[2].equals("refused")) {
        assertThatThrownBy(() -> Formats.open(source))
            .as(line)
            .isInstanceOf(PenstockException.class)
            .hasMessageContaining(words[3])
            .hasMessageContaining("'" + words[1] + "'");
        continue;
      }
      ArrayLayout layout = Formats.open(source);
      assertThat(layout.format()).isEqualTo("torch");
      assertThat(layout.elementType().descr()).as(line).isEqualTo(words[2]);
      String shape =
          String.join(",", layout.shape().toList().stream().map(String::valueOf).toList());
      assertThat(shape).as(line).isEqualTo(words[3]);
      for (boolean isShuffled : new boolean[] {false, true}) {
        assertThat(digest(records(source, isShuffled))).as(line).startsWith(words[4]);
      }
    }
  }

  private static String digest(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  /** One epoch, every record put at its place. */
  private static byte[] records(Source source, boolean isShuffled) {
    try (Dataset dataset = Dataset.builder().column("x", source).open()) {
      int recordBytes = Math.toIntExact(dataset.recordBytes());
      byte[] bytes = new byte[Math.toIntExact(dataset.recordCount()) * recordBytes];
      LoaderBuilder builder = dataset.loader().batchSize(7).memoryBytes(16 << 20);
      try (Loader loader = (isShuffled ? builder.seed(3) : builder.shuffle(Shuffle.NONE)).build()) {
        for (Batch batch : loader.epoch(1)) {
          for (int i = 0; i < batch.size(); i++) {
            MemorySegment.copy(
                batch.column("x"),
                ValueLayout.JAVA_BYTE,
                (long) i * recordBytes,
                bytes,
                Math.toIntExact(batch.index(i)) * recordBytes,
                recordBytes);
          }
        }
      }
      return bytes;
    }
  }

  @Test
  void contiguousTensorsAreOnePieceAndViewsLieWhereTheirStoragesLie() throws IOException {
    unpack();
    Path file = directory.resolve("views.pt");
    ArrayLayout base = Formats.open(Source.of(file).part("base"));
    assertThat(base.isContiguous()).isTrue();
    assertThat(base.dataOffset() % 64).isZero();
    ArrayLayout tail = Formats.open(Source.of(file).part("tail"));
    assertThat(tail.dataOffset()).isEqualTo(base.dataOffset() + 4 * base.recordBytes());
    ArrayLayout step = Formats.open(Source.of(file).part("step"));
    assertThat(step.shards())
        .containsExactly(Shard.of(file, base.dataOffset(), 4, 3 * base.recordBytes()));
    assertThat(Formats.open(Source.of(file).part("channels")).isWhole()).isFalse();
  }

  @Test
  void tensorsAreListedByTheirPaths() throws IOException {
    unpack();
    assertThat(Formats.parts(directory.resolve("mixed.pt")).stream().map(Part::name))
        .contains("list[]", "tuple[0]", "tuple[1]", "ordered.a", "ordered.b[1]")
        .doesNotContain("list[3]");
    assertThat(Formats.parts(directory.resolve("state.pth")).stream().map(Part::name))
        .contains("model.0.weight", "model.1.num_batches_tracked");
    assertThat(Formats.parts(directory.resolve("plain.pt"))).hasSize(1);
  }

  @Test
  void filesOfOldVersionsSayWhatToDo() throws IOException {
    unpack();
    assertThatThrownBy(() -> Formats.open(directory.resolve("legacy.pt")))
        .isInstanceOf(PenstockException.class)
        .hasMessageContaining("a file of PyTorch before version 1.6")
        .hasMessageContaining("torch.save(torch.load(");
  }

  /** Packed again by a program that compresses. */
  @Test
  void compressedStoragesAreRefusedByName() throws IOException {
    unpack();
    TorchFiles torch = TorchFiles.read(directory.resolve("mixed.pt"));
    Path file = Files.write(directory.resolve("packed.pt"), torch.packed(true));
    assertThatThrownBy(() -> Formats.open(Source.of(file).part("ordered.a")))
        .hasMessageContaining("'ordered.a': ")
        .hasMessageContaining("is compressed (deflated)")
        .hasMessageContaining("save it again with torch.save");
    // The same in another order, stored.
    Path stored = Files.write(directory.resolve("stored.pt"), torch.packed(false));
    assertThat(records(Source.of(stored).part("ordered.a"), true))
        .isEqualTo(records(Source.of(directory.resolve("plain.pt")), false));
  }

  @Test
  void numbersInTheOtherByteOrderAreSaid() throws IOException {
    unpack();
    TorchFiles torch = TorchFiles.read(directory.resolve("types.pt"));
    Path file =
        Files.write(
            directory.resolve("big.pt"),
            torch.with("byteorder", "big".getBytes(StandardCharsets.UTF_8)).packed(false));
    assertThat(Formats.open(Source.of(file).part("float32")).elementType().descr())
        .isEqualTo(">f4");
    assertThat(Formats.open(Source.of(file).part("uint8")).elementType().descr()).isEqualTo("|u1");
    assertThatThrownBy(() -> Formats.open(Source.of(file).part("bfloat16")))
        .hasMessageContaining("found it in the other byte order")
        .hasMessageContaining("save x.float()");
    Path other =
        Files.write(
            directory.resolve("other.pt"),
            torch.with("byteorder", "odd".getBytes(StandardCharsets.UTF_8)).packed(false));
    assertThatThrownBy(() -> Formats.parts(other)).hasMessageContaining("expected 'little' or");
  }
}
