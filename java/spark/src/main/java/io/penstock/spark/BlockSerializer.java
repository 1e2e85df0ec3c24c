package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
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
 * time of a shuffle. Blocks depend on nothing that was written before, so Spark may move them. A
 * block whose checksums do not match what is read is an error, and the task fails.
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
        checkSum(EntryBlock.headSum(head), EntryBlock.sumOfHead(head));
      } catch (IOException e) {
        throw sneaky(e);
      }
    }

    private EntryBlock readEntries() {
      int size = EntryBlock.entryBytes(head);
      try {
        byte[] bytes = new byte[EntryBlock.HEAD_BYTES + size];
        int found = in.readNBytes(bytes, EntryBlock.HEAD_BYTES, size);
        if (found < size) {
          throw cutShort(size, found);
        }
        EntryBlock block = new EntryBlock(EntryBlock.bucket(head), bytes, bytes.length);
        checkSum(EntryBlock.sum(head), EntryBlock.sum(bytes));
        return block;
      } catch (IOException e) {
        throw sneaky(e);
      }
    }

    private static void checkSum(int expected, int found) {
      if (found != expected) {
        throw damaged("the CRC-32C %08x, found %08x".formatted(expected, found));
      }
    }

    private static PenstockException cutShort(int expected, int found) {
      return damaged("%d bytes, found %d and then the end".formatted(expected, found));
    }

    /** Not an {@link EOFException}: that would be the end of the data. */
    private static PenstockException damaged(String problem) {
      return new PenstockException(
          ErrorKind.UNREADABLE,
          "a block of Spark's shuffle: expected "
              + problem
              + ": it was damaged after it was written. This task fails, and Spark repeats it. If"
              + " it fails each time, a disk or the memory of an executor may be damaged: have them"
              + " checked, and run the job again");
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
