package io.penstock.parquet;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.arrow.compression.CommonsCompressionFactory;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DurationVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ViewVarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.compression.CompressionCodec;
import org.apache.arrow.vector.compression.CompressionUtil.CodecType;
import org.apache.arrow.vector.compression.NoCompressionCodec;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.ipc.ArrowWriter;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Writes Arrow files and streams with Arrow's own library; what they hold follows from the row. */
final class ArrowFiles {
  /** A dictionary of as many values. */
  static final List<String> CITIES = List.of("Paris", "Rome", "", "Quito", "Oslo");

  private static final DictionaryEncoding CITY_CODES =
      new DictionaryEncoding(7, false, new ArrowType.Int(16, true));

  private ArrowFiles() {}

  /** How a file is written. */
  record Form(boolean isStream, int batchRows, CodecType codec) {
    static final Form FILE = new Form(false, 1000, CodecType.NO_COMPRESSION);
    static final Form STREAM = new Form(true, 1000, CodecType.NO_COMPRESSION);

    Form by(CodecType other) {
      return new Form(isStream, batchRows, other);
    }

    Form batches(int rows) {
      return new Form(isStream, rows, codec);
    }
  }

  /** Sets a row of a vector. */
  interface Filler {
    void set(FieldVector vector, int at, int row);
  }

  /** A column and what it holds. */
  record Column(Field field, Filler filler) {}

  static byte[] text(int row) {
    return "record %d ".formatted(row).repeat(row % 4).getBytes(StandardCharsets.UTF_8);
  }

  /** Columns of all kinds that can be read in place, without nulls. */
  static List<Column> readable() {
    List<Column> columns = new ArrayList<>();
    columns.add(
        of(
            "i64",
            new ArrowType.Int(64, true),
            (v, i, r) -> ((BigIntVector) v).setSafe(i, -3L * r)));
    columns.add(of("i32", new ArrowType.Int(32, true), (v, i, r) -> ((IntVector) v).setSafe(i, r)));
    columns.add(
        of("i16", new ArrowType.Int(16, true), (v, i, r) -> ((SmallIntVector) v).setSafe(i, r)));
    columns.add(
        of("u8", new ArrowType.Int(8, false), (v, i, r) -> ((UInt1Vector) v).setSafe(i, r)));
    columns.add(
        of(
            "f16",
            new ArrowType.FloatingPoint(FloatingPointPrecision.HALF),
            (v, i, r) -> ((Float2Vector) v).setSafe(i, (short) r)));
    columns.add(
        of(
            "f32",
            new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
            (v, i, r) -> ((Float4Vector) v).setSafe(i, r / 3f)));
    columns.add(
        of(
            "f64",
            new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
            (v, i, r) -> ((Float8Vector) v).setSafe(i, r / 7d)));
    columns.add(
        of(
            "flag",
            new ArrowType.Bool(),
            (v, i, r) -> ((BitVector) v).setSafe(i, r % 3 == 0 ? 1 : 0)));
    columns.add(
        of(
            "day",
            new ArrowType.Date(DateUnit.DAY),
            (v, i, r) -> ((DateDayVector) v).setSafe(i, r)));
    columns.add(
        of(
            "clock",
            new ArrowType.Time(TimeUnit.MICROSECOND, 64),
            (v, i, r) -> ((TimeMicroVector) v).setSafe(i, r)));
    columns.add(
        of(
            "time",
            new ArrowType.Timestamp(TimeUnit.MICROSECOND, null),
            (v, i, r) -> ((TimeStampMicroVector) v).setSafe(i, r * 1000L)));
    columns.add(
        of(
            "span",
            new ArrowType.Duration(TimeUnit.NANOSECOND),
            (v, i, r) -> ((DurationVector) v).setSafe(i, r)));
    columns.add(
        of(
            "digest",
            new ArrowType.FixedSizeBinary(3),
            (v, i, r) ->
                ((FixedSizeBinaryVector) v).setSafe(i, new byte[] {(byte) r, 1, (byte) -r})));
    columns.add(new Column(vector("vector", 4), ArrowFiles::fill));
    columns.add(new Column(matrix(), ArrowFiles::fillMatrix));
    columns.add(
        of("text", new ArrowType.Utf8(), (v, i, r) -> ((VarCharVector) v).setSafe(i, text(r))));
    columns.add(
        of(
            "blob",
            new ArrowType.Binary(),
            (v, i, r) -> ((VarBinaryVector) v).setSafe(i, text(r + 1))));
    columns.add(
        of(
            "largeText",
            new ArrowType.LargeUtf8(),
            (v, i, r) -> ((LargeVarCharVector) v).setSafe(i, text(r + 2))));
    columns.add(
        of(
            "largeBlob",
            new ArrowType.LargeBinary(),
            (v, i, r) -> ((LargeVarBinaryVector) v).setSafe(i, text(r + 3))));
    columns.add(
        new Column(
            list("tokens", new ArrowType.List(), new ArrowType.Int(32, true)),
            ArrowFiles::fillTokens));
    columns.add(
        new Column(
            list(
                "wave",
                new ArrowType.LargeList(),
                new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
            ArrowFiles::fillWave));
    columns.add(new Column(image(), ArrowFiles::fillImage));
    columns.add(
        new Column(
            new Field("city", new FieldType(true, new ArrowType.Int(16, true), CITY_CODES), null),
            (v, i, r) -> ((SmallIntVector) v).setSafe(i, r % CITIES.size())));
    return columns;
  }

  static Column of(String name, ArrowType type, Filler filler) {
    return new Column(new Field(name, FieldType.nullable(type), null), filler);
  }

  /** The same column without a value in each row that the divisor divides. */
  static Column withNulls(Column column, int divisor) {
    return new Column(
        column.field(),
        (vector, at, row) -> {
          if (row % divisor == 0) {
            vector.setNull(at);
          } else {
            column.filler().set(vector, at, row);
          }
        });
  }

  /** Columns that are not read, between others that are. */
  static List<Column> unreadable() {
    List<Column> columns = new ArrayList<>();
    columns.add(
        of("first", new ArrowType.Int(32, true), (v, i, r) -> ((IntVector) v).setSafe(i, r)));
    columns.add(
        of(
            "view",
            new ArrowType.Utf8View(),
            (v, i, r) ->
                ((ViewVarCharVector) v)
                    .setSafe(
                        i,
                        "a text of more than twelve bytes, number %d"
                            .formatted(r)
                            .getBytes(StandardCharsets.UTF_8))));
    columns.add(of("none", new ArrowType.Null(), (v, i, r) -> {}));
    columns.add(
        new Column(
            new Field(
                "map",
                FieldType.nullable(new ArrowType.Map(false)),
                List.of(
                    new Field(
                        "entries",
                        FieldType.notNullable(new ArrowType.Struct()),
                        List.of(
                            new Field(
                                "key", FieldType.notNullable(new ArrowType.Int(32, true)), null),
                            new Field(
                                "value", FieldType.nullable(new ArrowType.Int(32, true)), null))))),
            (v, i, r) -> v.setNull(i)));
    columns.add(
        new Column(
            list("words", new ArrowType.List(), new ArrowType.Utf8()),
            (v, i, r) -> ((ListVector) v).startNewValue(i)));
    columns.add(
        of("last", new ArrowType.Int(64, true), (v, i, r) -> ((BigIntVector) v).setSafe(i, r)));
    return columns;
  }

  private static Field vector(String name, int size) {
    return new Field(
        name,
        FieldType.nullable(new ArrowType.FixedSizeList(size)),
        List.of(
            new Field(
                "item",
                FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
                null)));
  }

  private static Field matrix() {
    Field row =
        new Field(
            "item",
            FieldType.nullable(new ArrowType.FixedSizeList(2)),
            List.of(new Field("item", FieldType.nullable(new ArrowType.Int(16, true)), null)));
    return new Field("matrix", FieldType.nullable(new ArrowType.FixedSizeList(3)), List.of(row));
  }

  private static Field list(String name, ArrowType list, ArrowType item) {
    return new Field(
        name, FieldType.nullable(list), List.of(new Field("item", FieldType.nullable(item), null)));
  }

  /** As the datasets library of Hugging Face keeps images. */
  private static Field image() {
    return new Field(
        "image",
        FieldType.nullable(new ArrowType.Struct()),
        List.of(
            new Field("bytes", FieldType.nullable(new ArrowType.Binary()), null),
            new Field("path", FieldType.nullable(new ArrowType.Utf8()), null)));
  }

  private static void fill(FieldVector vector, int at, int row) {
    FixedSizeListVector list = (FixedSizeListVector) vector;
    list.setNotNull(at);
    for (int i = 0; i < 4; i++) {
      ((Float4Vector) list.getDataVector()).setSafe(4 * at + i, row + i / 4f);
    }
  }

  private static void fillMatrix(FieldVector vector, int at, int row) {
    FixedSizeListVector list = (FixedSizeListVector) vector;
    FixedSizeListVector rows = (FixedSizeListVector) list.getDataVector();
    list.setNotNull(at);
    for (int i = 0; i < 3; i++) {
      rows.setNotNull(3 * at + i);
      for (int j = 0; j < 2; j++) {
        ((SmallIntVector) rows.getDataVector()).setSafe(6 * at + 2 * i + j, row + 2 * i + j);
      }
    }
  }

  private static void fillTokens(FieldVector vector, int at, int row) {
    ListVector list = (ListVector) vector;
    int start = list.startNewValue(at);
    for (int i = 0; i < row % 5; i++) {
      ((IntVector) list.getDataVector()).setSafe(start + i, row + i);
    }
    list.endValue(at, row % 5);
  }

  private static void fillWave(FieldVector vector, int at, int row) {
    LargeListVector list = (LargeListVector) vector;
    long start = list.startNewValue(at);
    for (int i = 0; i < row % 3; i++) {
      ((Float4Vector) list.getDataVector()).setSafe((int) start + i, row - i);
    }
    list.endValue(at, row % 3);
  }

  private static void fillImage(FieldVector vector, int at, int row) {
    StructVector image = (StructVector) vector;
    image.setIndexDefined(at);
    ((VarBinaryVector) image.getChild("bytes")).setSafe(at, text(row));
    ((VarCharVector) image.getChild("path"))
        .setSafe(at, (row + ".jpg").getBytes(StandardCharsets.UTF_8));
  }

  /** Writes rows of columns. */
  static void write(Path path, Form form, List<Column> columns, int rows) throws IOException {
    Schema schema = new Schema(columns.stream().map(Column::field).toList());
    try (BufferAllocator memory = new RootAllocator();
        VarCharVector cities = cities(memory);
        VectorSchemaRoot root = VectorSchemaRoot.create(schema, memory);
        FileChannel file =
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING);
        ArrowWriter writer = writer(root, cities, file, form)) {
      writer.start();
      for (int start = 0; start < rows; start += form.batchRows) {
        int count = Math.min(form.batchRows, rows - start);
        root.allocateNew();
        for (int c = 0; c < columns.size(); c++) {
          for (int i = 0; i < count; i++) {
            columns.get(c).filler().set(root.getVector(c), i, start + i);
          }
        }
        root.setRowCount(count);
        writer.writeBatch();
        root.clear();
      }
      writer.end();
    }
  }

  private static VarCharVector cities(BufferAllocator memory) {
    VarCharVector cities = new VarCharVector("cities", memory);
    cities.allocateNew();
    for (int i = 0; i < CITIES.size(); i++) {
      cities.setSafe(i, CITIES.get(i).getBytes(StandardCharsets.UTF_8));
    }
    cities.setValueCount(CITIES.size());
    return cities;
  }

  private static ArrowWriter writer(
      VectorSchemaRoot root, VarCharVector cities, FileChannel file, Form form) {
    MapDictionaryProvider dictionaries =
        new MapDictionaryProvider(new Dictionary(cities, CITY_CODES));
    CompressionCodec.Factory codecs =
        form.codec == CodecType.NO_COMPRESSION
            ? NoCompressionCodec.Factory.INSTANCE
            : CommonsCompressionFactory.INSTANCE;
    return form.isStream
        ? new ArrowStreamWriter(root, dictionaries, file, IpcOption.DEFAULT, codecs, form.codec)
        : new ArrowFileWriter(
            root, dictionaries, file, Map.of(), IpcOption.DEFAULT, codecs, form.codec);
  }
}
