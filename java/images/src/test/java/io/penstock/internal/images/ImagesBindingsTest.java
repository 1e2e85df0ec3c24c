package io.penstock.internal.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.internal.images.generated.PenstockImages;
import io.penstock.internal.images.generated.penstock_images_info;
import io.penstock.internal.images.generated.penstock_images_request;
import io.penstock.internal.images.generated.penstock_images_size;
import io.penstock.internal.images.generated.penstock_images_transform;
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
import org.junit.jupiter.api.Test;

/** The bindings are those of the header, and the library was compiled from the same. */
class ImagesBindingsTest {
  private static final Path HEADER =
      Path.of("..", "..", "native", "images", "include", "penstock_images.h");
  private static final Path RECORDED = Path.of("src", "generated", "penstock_images.h.sha256");

  private static void load() {
    assumeTrue(ImagesLibrary.isInJar(), "built without libpenstock_images.so");
    ImagesLibrary.load();
  }

  @Test
  void bindingsWereMadeFromThisHeader() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(HEADER));

    assertThat(Files.readString(RECORDED))
        .as("penstock_images.h has changed: make the bindings again, see native/README.md")
        .startsWith(HexFormat.of().formatHex(hash));
  }

  @Test
  void libraryHasTheAbiOfTheBindings() {
    load();
    assertThat(PenstockImages.penstock_images_abi_version())
        .isEqualTo(PenstockImages.PENSTOCK_IMAGES_ABI_VERSION());
  }

  @Test
  void structsLieInMemoryAsInC() {
    load();
    List<Integer> expected = new ArrayList<>();
    for (GroupLayout struct :
        List.of(
            penstock_images_info.layout(),
            penstock_images_request.layout(),
            penstock_images_size.layout(),
            penstock_images_transform.layout())) {
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
      int count = PenstockImages.penstock_images_layout(MemorySegment.NULL, 0);
      MemorySegment values = arena.allocate(ValueLayout.JAVA_INT, count);
      PenstockImages.penstock_images_layout(values, count);

      assertThat(values.toArray(ValueLayout.JAVA_INT))
          .containsExactly(expected.stream().mapToInt(Integer::intValue).toArray());
    }
  }
}
