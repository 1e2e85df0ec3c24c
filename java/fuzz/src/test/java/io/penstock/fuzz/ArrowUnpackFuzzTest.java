package io.penstock.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.github.luben.zstd.ZstdInputStream;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.arrow.ArrowUnpacker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** Compressed Arrow files on their way to files that are not. */
class ArrowUnpackFuzzTest {
  private static final Path FILE = AnyFile.file("packed.arrow");

  /** Of a bomb, no more is unpacked. */
  private static final int MOST_BYTES = 1 << 20;

  private static int count;

  /** Takes so many bytes, and then no more, as a full disk. */
  private static final class SmallDisk extends ByteArrayOutputStream {
    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
      if (length > MOST_BYTES - count) {
        throw new FullException();
      }
      super.write(bytes, offset, length);
    }
  }

  private static final class FullException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @FuzzTest(maxDuration = "20s")
  void everyFileIsUnpackedOrRefused(byte[] contents) {
    AnyFile.write(FILE, contents);
    SmallDisk out = new SmallDisk();
    try (OpenFile file = OpenFile.open(FILE)) {
      ArrowUnpacker unpacker = new ArrowUnpacker(file);
      if (!unpacker.isCompressed()) {
        return;
      }
      long written = unpacker.write(out, ArrowUnpackFuzzTest::decode, _ -> {});
      assertThat(written).isEqualTo(out.size());
    } catch (IllegalArgumentException | IOException e) {
      assertThat(e.getMessage()).isNotNull().doesNotContain("\n");
      return;
    } catch (PenstockException e) {
      assertThat(e.getMessage()).contains(FILE.toString()).doesNotContain("\n");
      return;
    } catch (FullException e) {
      return;
    }
    AnyFile.check(AnyFile.file("raw%d.arrow".formatted(count++ % 512)), out.toByteArray());
  }

  private static InputStream decode(int codec, InputStream compressed) throws IOException {
    if (codec != 1) {
      throw new IOException("buffers compressed by method " + codec);
    }
    return new ZstdInputStream(compressed).setContinuous(false);
  }
}
