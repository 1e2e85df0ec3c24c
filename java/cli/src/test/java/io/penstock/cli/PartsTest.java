package io.penstock.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays inside of files that Python wrote: listed, and read side by side with others. */
final class PartsTest {
  private static final String MAKE =
      """
      import os, pickle, sys, numpy as np
      folder = sys.argv[1]
      rng = np.random.default_rng(11)
      images = rng.integers(0, 256, (301, 7, 5), np.uint8)
      labels = rng.integers(0, 10, 301, np.int64)
      points = np.zeros(301, [('x', '<f4'), ('at', [('y', '>i2', (2, 3))])])
      points['x'] = rng.random(301)
      points['at']['y'] = rng.integers(0, 999, (301, 2, 3))
      for protocol in range(6):
          with open(f'{folder}/data{protocol}.pkl', 'wb') as f:
              pickle.dump({'train': {'images': images}, 'list': list(images)}, f, protocol)
      class Attack:
          def __reduce__(self):
              return os.system, (f'touch {folder}/owned',)
      with open(f'{folder}/attack.pkl', 'wb') as f:
          pickle.dump([Attack(), images], f, 4)
      np.save(f'{folder}/labels.npy', labels)
      np.save(f'{folder}/points.npy', points)
      np.savez(f'{folder}/data.npz', images=images, labels=labels)
      np.savez_compressed(f'{folder}/small.npz', images=images)
      np.save(f'{folder}/fortran.npy', np.asfortranarray(images))
      images.tofile(f'{folder}/images.raw')
      with open(f'{folder}/images.raw', 'r+b') as f:
          f.seek(0, 2)
          f.truncate(f.tell() + 3)
      for number in range(13):
          np.save(f'{folder}/part-{number}.npy', images[number * 25:number * 25 + 25])
      windows = np.lib.stride_tricks.sliding_window_view(labels, 9)[::4]
      for name, array in (('windows', windows), ('images', images), ('labels', labels), ('y', points['at']['y'])):
          with open(f'{folder}/{name}.bytes', 'wb') as f:
              f.write(array.tobytes())
      """;

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException, InterruptedException {
    String python = Python.withNumPy();
    assumeTrue(python != null, "no python3 with numpy (Debian: python3-numpy) on this machine");
    assertThat(Python.run(python, MAKE, directory)).isEmpty();
  }

  private String part(String name) {
    return directory + "/" + name;
  }

  private byte[] bytes(String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name + ".bytes"));
  }

  @Test
  void arraysInPicklesAreReadAsNumPyHasThem() throws IOException {
    for (int protocol = 3; protocol <= 5; protocol++) {
      for (String name : new String[] {"train.images", "list[]"}) {
        String path = part("data" + protocol + ".pkl#" + name);
        Run run = Run.of("read", path, "--shuffle", "none", "--out", "-");
        assertThat(run.err()).doesNotContain("penstock:");
        assertThat(run.out()).as(path).isEqualTo(bytes("images"));
      }
    }
  }

  @Test
  void arraysThatArePickledAsTextNameTheWayOut() {
    for (int protocol = 0; protocol <= 2; protocol++) {
      Run run = Run.of("read", part("data" + protocol + ".pkl#train.images"));
      assertThat(run.code()).isEqualTo(ExitCodes.FAILED);
      assertThat(run.err()).contains("text with escapes", "penstock convert", "protocol 4");
    }
  }

  @Test
  void columnsOfDifferentFormatsBelongTogetherRecordByRecord()
      throws IOException, NoSuchAlgorithmException {
    Path indices = directory.resolve("indices");
    Run run =
        Run.of(
            "read",
            part("data4.pkl#train.images"),
            part("labels.npy"),
            part("points.npy#at.y"),
            "--column",
            "member=" + part("data.npz#images"),
            "--column",
            "fortran=" + part("fortran.npy"),
            "--digest",
            "--json",
            "--indices",
            indices);
    JsonObject digest =
        JsonParser.parseString(run.text()).getAsJsonObject().getAsJsonObject("digest");
    assertThat(digest.keySet())
        .containsExactly("train.images", "labels", "at.y", "member", "fortran");
    assertThat(digest.get("fortran")).isEqualTo(digest.get("train.images"));
    assertThat(digest.get("member")).isEqualTo(digest.get("train.images"));
    int[] order = Files.readAllLines(indices).stream().mapToInt(Integer::parseInt).toArray();
    assertThat(order).hasSize(301).doesNotHaveDuplicates();
    assertThat(digest.get("train.images").getAsString()).isEqualTo(shuffled("images", order));
    assertThat(digest.get("labels").getAsString()).isEqualTo(shuffled("labels", order));
    assertThat(digest.get("at.y").getAsString()).isEqualTo(shuffled("y", order));
  }

  private String shuffled(String name, int[] order) throws IOException, NoSuchAlgorithmException {
    byte[] all = bytes(name);
    int recordBytes = all.length / order.length;
    byte[] delivered = new byte[all.length];
    for (int i = 0; i < order.length; i++) {
      System.arraycopy(all, order[i] * recordBytes, delivered, i * recordBytes, recordBytes);
    }
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(delivered));
  }

  @Test
  void rawElementsAreReadAsTheOptionsSay() throws IOException {
    String raw = part("images.raw");
    Run run =
        Run.of(
            "read",
            raw,
            "--dtype",
            "uint8",
            "--shape",
            "301x7x5",
            "--out",
            "-",
            "--shuffle",
            "none");
    assertThat(run.out()).isEqualTo(bytes("images"));
    Run rest = Run.of("read", raw, "--dtype", "uint8", "--shape", "-1x7x5");
    assertThat(rest.err()).contains("found 10538 bytes, which is no multiple");
    assertThat(Run.of("read", raw, "--shape", "3").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(Run.of("read", raw, "--dtype", "u3").code()).isEqualTo(ExitCodes.USAGE);
    assertThat(Run.of("read", raw).err()).contains("name the type of raw elements");
  }

  @Test
  void shardsAreLaidEndToEndInTheOrderOfTheirNumbers() throws IOException {
    Run run = Run.of("read", part("part-*.npy"), "--shuffle", "none", "--out", "-");
    assertThat(run.out()).isEqualTo(bytes("images"));
    Run json = Run.of("read", part("part-*.npy"), "--digest", "--json");
    assertThat(json.text()).contains("\"digest\":{\"part\":");
    assertThat(Run.of("info", part("part-*.npy")).lines()).hasSize(14);
  }

  @Test
  void windowsAreLaidOverTokens() throws IOException {
    Run run =
        Run.of(
            "read",
            part("labels.npy"),
            "--window",
            9,
            "--window-stride",
            4,
            "--shuffle",
            "none",
            "--out",
            "-");
    assertThat(run.out()).isEqualTo(bytes("windows"));
    assertThat(Run.of("read", part("labels.npy"), "--window-stride", 4).code())
        .isEqualTo(ExitCodes.USAGE);
  }

  @Test
  void infoShowsAllPartsOfAFile() {
    JsonObject object =
        JsonParser.parseString(
                Run.of("info", "--json", part("data.npz"), part("points.npy")).text())
            .getAsJsonObject();
    JsonArray files = object.getAsJsonArray("files");
    assertThat(StreamSupport.stream(files.spliterator(), false))
        .extracting(file -> file.getAsJsonObject().get("path").getAsString())
        .containsExactly(
            part("data.npz#images"),
            part("data.npz#labels"),
            part("points.npy"),
            part("points.npy#x"),
            part("points.npy#at.y"));
    assertThat(files.get(0).getAsJsonObject().get("format").getAsString()).isEqualTo("npz");
    Run table = Run.of("info", part("data5.pkl"));
    assertThat(table.code()).isEqualTo(ExitCodes.DONE);
    assertThat(table.lines()).hasSize(3);
    assertThat(table.text()).contains("data5.pkl#train.images", "data5.pkl#list[]");
  }

  @Test
  void infoSaysWhyPartsCannotBeRead() {
    JsonObject object =
        JsonParser.parseString(Run.of("info", "--json", part("data2.pkl")).text())
            .getAsJsonObject();
    JsonObject first = object.getAsJsonArray("files").get(0).getAsJsonObject();
    assertThat(first.keySet()).containsExactly("path", "problem");
    assertThat(first.get("problem").getAsString()).contains("text with escapes");
    Run run = Run.of("read", part("small.npz#images"));
    assertThat(run.err()).contains("compressed (deflated)", "penstock convert", "numpy.savez");
  }

  @Test
  void aPickleThatWouldRunACommandDoesNothing() throws IOException {
    Run run = Run.of("read", part("attack.pkl#[1]"), "--shuffle", "none", "--out", "-");
    assertThat(run.out()).isEqualTo(bytes("images"));
    assertThat(Run.of("info", part("attack.pkl")).code()).isEqualTo(ExitCodes.DONE);
    assertThat(Files.exists(directory.resolve("owned"))).isFalse();
  }
}
