package io.penstock.cli.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.penstock.internal.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Manifests as they are written, beside what a JSON library makes of them. */
class ManifestsTest {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeNulls().setPrettyPrinting().create();

  private static final String ODD =
      "a\"b\\c/<d>&\t\n\r\b\f\u0001\u001f\u007f\u2028\u2029é漢\ud83d\ude00'";

  @TempDir Path directory;

  private static Manifest manifest() {
    return Manifest.of(
        7,
        List.of(
            new Manifest.ColumnEntry(ODD, "<f4", List.of(), List.of(ODD), null, null, null, null),
            new Manifest.ColumnEntry(
                "tokens",
                "<u2",
                List.of(1L, 2L),
                List.of("a-*.npy", "b"),
                128L,
                64L,
                List.of("o-*.npy"),
                new Manifest.FolderEntry("*." + ODD, "0123"))),
        List.of(
            Manifest.FileEntry.of(ODD, 3, new long[] {0xfedcba98L}),
            Manifest.FileEntry.of("empty", 0, new long[0])),
        Manifest.FileEntry.of("records.npy", 1 << 20, new long[] {1}));
  }

  @Test
  void theTextIsThatOfALibrary() {
    assertThat(manifest().text()).isEqualTo(GSON.toJson(manifest()) + "\n");
    Manifest none = Manifest.of(0, List.of(), List.of(), manifest().recordChecksums());
    assertThat(none.text()).isEqualTo(GSON.toJson(none) + "\n");
  }

  @Test
  void whatWasWrittenIsReadBack() throws IOException {
    Path path = directory.resolve("x.penstock.json");
    manifest().write(path, false);
    assertThat(Manifests.isLikelyAt(path)).isTrue();
    assertThat(Manifests.read(path)).isEqualTo(manifest());
    assertThat(Files.readString(path)).isEqualTo(manifest().text());
  }
}
