package io.penstock.spark;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;
import org.apache.spark.serializer.DeserializationStream;
import org.apache.spark.serializer.SerializationStream;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import scala.reflect.ClassTag;

/**
 * Writes blocks to Spark's shuffle as they lie in memory, and reads them back.
 *
 * <p>Spark's own serializer walks objects and copies arrays in pieces of 1 KiB; it took most of the
 * time of a shuffle. Blocks depend on nothing that was written before, so Spark may move them.
 */
final class BlockSerializer extends Serializer implements Serializable {
  private static final long serialVersionUID = 1L;

  @Override
  public SerializerInstance newInstance() {
    return new Blocks();
  }

  @Override
  public boolean supportsRelocationOfSerializedObjects() {
    return true;
  }

  /** Of one thread, as Spark wants it. */
  private static final class Blocks extends SerializerInstance {
    @Override
    public SerializationStream serializeStream(OutputStream out) {
      return new BlockOutput(out);
    }

    @Override
    public DeserializationStream deserializeStream(InputStream in) {
      return new BlockInput(in);
    }

    @Override
    public <T> ByteBuffer serialize(T value, ClassTag<T> tag) {
      throw inStreamsOnly();
    }

    @Override
    public <T> T deserialize(ByteBuffer bytes, ClassTag<T> tag) {
      throw inStreamsOnly();
    }

    @Override
    public <T> T deserialize(ByteBuffer bytes, ClassLoader loader, ClassTag<T> tag) {
      throw inStreamsOnly();
    }
  }

  private static UnsupportedOperationException inStreamsOnly() {
    return new UnsupportedOperationException("blocks are written and read in streams only");
  }

  /** Writes blocks; their keys are in their heads. */
  private static final class BlockOutput extends SerializationStream {
    private final OutputStream out;

    BlockOutput(OutputStream out) {
      this.out = out;
    }

    @Override
    public <T> SerializationStream writeKey(T key, ClassTag<T> tag) {
      return this;
    }

    @Override
    public <T> SerializationStream writeValue(T value, ClassTag<T> tag) {
      return writeObject(value, tag);
    }

    @Override
    public <T> SerializationStream writeObject(T value, ClassTag<T> tag) {
      EntryBlock block = (EntryBlock) value;
      try {
        out.write(block.bytes(), 0, block.end());
      } catch (IOException e) {
        throw sneaky(e);
      }
      return this;
    }

    @Override
    public void flush() {
      try {
        out.flush();
      } catch (IOException e) {
        throw sneaky(e);
      }
    }

    @Override
    public void close() {
      try {
        out.close();
      } catch (IOException e) {
        throw sneaky(e);
      }
    }
  }

  /** Reads blocks. The end of the data is an {@link EOFException}, as Spark expects it. */
  private static final class BlockInput extends DeserializationStream {
    private final InputStream in;
    private final byte[] head = new byte[EntryBlock.HEAD_BYTES];

    BlockInput(InputStream in) {
      this.in = in;
    }

    /** The number of the bucket of the next block. */
    @Override
    @SuppressWarnings("unchecked") // Spark asks for what it wrote.
    public <T> T readKey(ClassTag<T> tag) {
      readHead();
      return (T) (Integer) EntryBlock.bucket(head);
    }

    @Override
    @SuppressWarnings("unchecked") // Spark asks for what it wrote.
    public <T> T readValue(ClassTag<T> tag) {
      return (T) readEntries();
    }

    @Override
    @SuppressWarnings("unchecked") // Spark asks for what it wrote.
    public <T> T readObject(ClassTag<T> tag) {
      readHead();
      return (T) readEntries();
    }

    private void readHead() {
      try {
        int found = in.readNBytes(head, 0, head.length);
        if (found == 0) {
          throw new EOFException();
        }
        if (found < head.length) {
          throw cutShort(head.length, found);
        }
      } catch (IOException e) {
        throw sneaky(e);
      }
    }

    private EntryBlock readEntries() {
      int size = EntryBlock.entryBytes(head);
      try {
        if (size < 0 || size > Integer.MAX_VALUE - 2 * EntryBlock.HEAD_BYTES) {
          throw new IOException("expected a block of Spark's shuffle, found a size of " + size);
        }
        byte[] bytes = new byte[EntryBlock.HEAD_BYTES + size];
        int found = in.readNBytes(bytes, EntryBlock.HEAD_BYTES, size);
        if (found < size) {
          throw cutShort(size, found);
        }
        return new EntryBlock(EntryBlock.bucket(head), bytes, bytes.length);
      } catch (IOException e) {
        throw sneaky(e);
      }
    }

    /** Not an {@link EOFException}: that would be the end of the data. */
    private static IOException cutShort(int expected, int found) {
      return new IOException(
          "a block of Spark's shuffle: expected %d bytes, found %d and then the end: it was damaged"
              .formatted(expected, found));
    }

    @Override
    public void close() {
      try {
        in.close();
      } catch (IOException e) {
        throw sneaky(e);
      }
    }
  }

  /** Spark's methods declare no exceptions, and its callers catch these. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Exception> RuntimeException sneaky(Exception e) throws E {
    throw (E) e;
  }
}
