package io.penstock.cli.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.cli.Run;
import io.penstock.cli.command.ExitCodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code read}: what its outputs must not be. */
final class OutputPathsTest {
  private static final int RECORDS = 1003;
  private static final int HEADER_BYTES = 128;

  @TempDir Path directory;

  private Path path() {
    return Run.records(directory.resolve("x.npy"), RECORDS, 12);
  }

  private static void refused(String reason, Object... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(run.err()).contains(reason);
  }

  @Test
  void noOutputIsAnotherOneOrAnInput() throws IOException {
    Path path = path();
    Path weights = Run.records(directory.resolve("w.npy"), RECORDS, 1);
    byte[] before = Files.readAllBytes(weights);
    Path a = directory.resolve("a");
    Path again = directory.resolve("./a");
    String different = "must be different files";
    refused(different, "read", path, "--out", a, "--indices", again);
    refused(different, "read", path, "--out", a, "--state", again);
    refused(different, "read", path, "--indices", a, "--state", again);
    assertThat(a).doesNotExist();
    refused("is a file of the dataset", "read", path, "--indices", path);
    refused("a file that tells the order", "read", path, "--weights", weights, "--out", weights);
    assertThat(weights).hasBinaryContent(before);
    Files.createSymbolicLink(a, weights);
    refused("a file that tells the order", "read", path, "--weights", weights, "--indices", a);
    assertThat(weights).hasBinaryContent(before);
  }

  @Test
  void noOutputIsInAFolderOfRecordsOrTellsOfTheDataset() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("mails/ham")).getParent();
    Path mail = Files.writeString(folder.resolve("ham/1"), "hello");
    for (Object inside :
        List.of(folder.resolve("new"), mail, folder.resolve("ham/../../mails/ham/new"))) {
      refused("lies in " + folder, "read", folder, "--indices", inside);
      refused("lies in " + folder, "read", folder + "#label", "--out", inside);
    }
    refused("lies in " + folder, "read", folder, "--state", folder.resolve("new"));
    assertThat(folder.resolve("new")).doesNotExist();
    assertThat(mail).hasContent("hello");
    Path index = directory.resolve("mails.penstock-index");
    refused("is a file of the dataset", "read", folder, "--out", index);
    Path path = path();
    assertThat(Run.of("checksum", path).code()).isEqualTo(ExitCodes.DONE);
    Path manifest = directory.resolve("x.penstock.json");
    refused("is the manifest of the dataset", "read", path, "--out", manifest);
    Path other = Files.move(manifest, directory.resolve("m.json"));
    refused(
        "is the manifest of the dataset",
        "read",
        path,
        "--verify",
        "--manifest",
        other,
        "--indices",
        other);
    Path offsets = Run.npy(directory.resolve("o.npy"), "'|u1'", "(3,)", new byte[] {0, 2, 4});
    Path values = Run.npy(directory.resolve("v.npy"), "'|u1'", "(4,)", new byte[4]);
    refused(
        "is a file of the dataset", "read", values, "--offsets", "v=" + offsets, "--out", offsets);
    assertThat(offsets).hasSize(HEADER_BYTES + 3);
  }
}
