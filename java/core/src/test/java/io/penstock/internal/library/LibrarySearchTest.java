package io.penstock.internal.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What machines are called, and what the jar has for them. */
@Tag("platform")
class LibrarySearchTest {
  static final List<String> PLATFORMS = LibraryPlatform.BUILT;

  @ParameterizedTest
  @CsvSource({
    "Linux, amd64, false, linux-x86_64",
    "Linux, aarch64, false, linux-aarch64",
    "Linux, amd64, true, linux-x86_64-musl",
    "Linux, riscv64, false, linux-riscv64",
    "Mac OS X, aarch64, false, macos-aarch64",
    "Mac OS X, x86_64, false, macos-x86_64",
    "Windows Server 2022, amd64, false, windows-x86_64",
  })
  void aMachineHasOneNameWhateverJavaCallsIt(
      String os, String arch, boolean isMusl, String expected) {
    assertThat(LibraryPlatform.name(os, arch, isMusl)).isEqualTo(expected);
  }

  @Test
  void muslIsRecognisedByItsLoaderInTheProcess() {
    String line = "7f0000000000-7f0000001000 r-xp 00000000 fe:00 1234   ";
    assertThat(LibraryPlatform.isMusl(line + "/lib/ld-musl-x86_64.so.1\n")).isTrue();
    assertThat(LibraryPlatform.isMusl(line + "/lib/libc.musl-x86_64.so.1\n")).isTrue();
    assertThat(LibraryPlatform.isMusl(line + "/lib/x86_64-linux-gnu/libc.so.6\n")).isFalse();
    assertThat(LibraryPlatform.isMusl(line + "/home/ld-musl-notes/libx.so\n")).isFalse();
    assertThat(LibraryPlatform.isMusl("")).isFalse();
  }

  @Test
  void aLibraryThatIsNotInTheJarIsOneLineThatSaysWhatToSet() {
    var search =
        new LibrarySearch(
            "penstock_nothing",
            "penstock.nothing.library",
            "nothing_abi_version",
            () -> 1,
            LibrarySearch.class,
            _ -> {});

    assertThat(search.isInJar()).isFalse();
    assertThatThrownBy(search::load)
        .isInstanceOfSatisfying(
            PenstockException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNSUPPORTED))
        .message()
        .hasLineCount(1)
        .contains("the jar has it for no platform, and not for " + LibrarySearch.platform())
        .endsWith("name it with -Dpenstock.nothing.library=PATH");
  }

  @Test
  void theJarHasALibraryForTheMachineThatItWasBuiltOn() {
    assertThat(resource(LibrarySearch.platform(), "libpenstock.so")).isNotEmpty();
  }

  /** A build without a cross compiler leaves libraries out; one for the wrong machine is worse. */
  @ParameterizedTest
  @FieldSource("PLATFORMS")
  void aLibraryInTheJarIsForItsPlatformAndHasItsHashAndItsBillOfMaterials(String platform)
      throws Exception {
    byte[] library = resource(platform, "libpenstock.so");
    assumeTrue(library != null, "this build has none for " + platform);

    ByteBuffer elf = ByteBuffer.wrap(library).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(elf.getInt(0)).as("magic number").isEqualTo(0x464c457f);
    assertThat(elf.getShort(18)).as("machine").isEqualTo(machine(platform));
    String names = new String(library, StandardCharsets.ISO_8859_1);
    assertThat(names.contains("\0libc.so.6\0")).as("glibc").isEqualTo(!platform.endsWith("-musl"));
    assertThat(text(platform, "libpenstock.so.sha256"))
        .startsWith(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(library)));
    assertThat(text(platform, "libpenstock.cdx.json"))
        .contains("\"liburing\"")
        .doesNotContain("unknown");
  }

  private static short machine(String platform) {
    return (short) (platform.contains("aarch64") ? 183 : 62);
  }

  private static String text(String platform, String name) {
    byte[] bytes = resource(platform, name);
    assertThat(bytes).as(platform + "/" + name).isNotNull();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Null if there is none. */
  private static byte[] resource(String platform, String name) {
    try (InputStream stream =
        LibrarySearch.class.getResourceAsStream("/META-INF/native/" + platform + "/" + name)) {
      return stream == null ? null : stream.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
