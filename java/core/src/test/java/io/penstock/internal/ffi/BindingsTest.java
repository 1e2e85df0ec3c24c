package io.penstock.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.internal.ffi.generated.Penstock;
import io.penstock.internal.ffi.generated.penstock_column_info;
import io.penstock.internal.ffi.generated.penstock_failure;
import io.penstock.internal.ffi.generated.penstock_file_info;
import io.penstock.internal.ffi.generated.penstock_footprint;
import io.penstock.internal.ffi.generated.penstock_progress;
import io.penstock.internal.ffi.generated.penstock_reader_options;
import io.penstock.internal.ffi.generated.penstock_request;
import io.penstock.internal.ffi.generated.penstock_shard;
import io.penstock.internal.ffi.generated.penstock_statistics;
import java.lang.foreign.Arena;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The bindings are those of the header, and the library was compiled from the same. */
@Tag("platform")
class BindingsTest {
  private static final Path HEADER = Path.of("..", "..", "native", "include", "penstock.h");
  private static final Path RECORDED = Path.of("src", "generated", "penstock.h.sha256");

  @BeforeAll
  static void load() {
    NativeLibrary.load();
  }

  @Test
  void bindingsWereMadeFromThisHeader() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(HEADER));

    assertThat(Files.readString(RECORDED))
        .as("penstock.h has changed: make the bindings again, see native/README.md")
        .startsWith(HexFormat.of().formatHex(hash));
  }

  @Test
  void libraryHasTheAbiOfTheBindings() {
    assertThat(Penstock.penstock_abi_version()).isEqualTo(Penstock.PENSTOCK_ABI_VERSION());
  }

  @Test
  void structsLieInMemoryAsInC() {
    List<Integer> expected = new ArrayList<>();
    for (GroupLayout struct :
        List.of(
            penstock_file_info.layout(),
            penstock_shard.layout(),
            penstock_column_info.layout(),
            penstock_failure.layout(),
            penstock_reader_options.layout(),
            penstock_footprint.layout(),
            penstock_progress.layout(),
            penstock_request.layout(),
            penstock_statistics.layout())) {
      expected.add((int) struct.byteSize());
      for (MemoryLayout member : struct.memberLayouts()) {
        if (!(member instanceof PaddingLayout)) {
          expected.add(
              (int)
                  struct.byteOffset(
                      MemoryLayout.PathElement.groupElement(member.name().orElseThrow())));
        }
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      int count = Penstock.penstock_layout(MemorySegment.NULL, 0);
      MemorySegment values = arena.allocate(ValueLayout.JAVA_INT, count);
      Penstock.penstock_layout(values, count);

      assertThat(values.toArray(ValueLayout.JAVA_INT))
          .containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
    }
  }
}
