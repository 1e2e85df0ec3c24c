package io.penstock.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.Batch;
import io.penstock.Loader;
import io.penstock.array.ElementType;
import io.penstock.error.PenstockException;
import io.penstock.options.Shuffle;
import io.penstock.sampler.FullShuffle;
import io.penstock.write.NpyWriter;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** DataFrames become shards, and shards DataFrames. */
@Timeout(180)
class TableTest {
  private static final int ROWS = 101;

  private static SparkSession spark;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    spark = SparkTestSession.local(2);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private Path out() {
    return directory.resolve("out");
  }

  private static StructField field(String name, DataType type) {
    return DataTypes.createStructField(name, type, true);
  }

  private static Dataset<Row> allTypes() {
    StructType schema =
        new StructType(
            new StructField[] {
              field("flag", DataTypes.BooleanType),
              field("tiny", DataTypes.ByteType),
              field("small", DataTypes.ShortType),
              field("number", DataTypes.IntegerType),
              field("large", DataTypes.LongType),
              field("real", DataTypes.FloatType),
              field("precise", DataTypes.DoubleType),
              field("text", DataTypes.StringType),
              field("bytes", DataTypes.BinaryType),
              field("pair", DataTypes.createArrayType(DataTypes.FloatType)),
              field("tokens", DataTypes.createArrayType(DataTypes.IntegerType))
            });
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      List<Integer> tokens = new ArrayList<>();
      for (int t = 0; t < i % 4; t++) {
        tokens.add(i * 10 + t);
      }
      rows.add(
          RowFactory.create(
              i % 2 == 0,
              (byte) i,
              (short) (i * 300),
              i * 100_000,
              i * 10_000_000_000L,
              i / 3f,
              i / 7.0,
              "row €" + "x".repeat(i % 5) + i,
              new byte[] {(byte) i, 0, (byte) 255},
              new Float[] {i + 0.5f, -i - 0.25f},
              tokens.toArray(Integer[]::new)));
    }
    return spark.createDataFrame(rows, schema).repartition(3).sortWithinPartitions("number");
  }

  @Test
  void whatIsWrittenIsReadBack() {
    Dataset<Row> rows = allTypes().cache();
    rows.write().format("penstock").option("variable", "tokens").save(out().toString());
    Dataset<Row> found = spark.read().format("penstock").load(out().toString());
    assertThat(found.schema().fieldNames()).isEqualTo(rows.schema().fieldNames());
    for (int i = 0; i < rows.schema().length(); i++) {
      assertThat(found.schema().apply(i).dataType().simpleString())
          .isEqualTo(rows.schema().apply(i).dataType().simpleString());
    }
    assertThat(found.collectAsList().stream().map(TableTest::text))
        .containsExactlyElementsOf(rows.collectAsList().stream().map(TableTest::text).toList());
    assertThat(found.rdd().getNumPartitions()).isEqualTo(3);
  }

  /** Arrays of bytes have no readable form of their own. */
  private static String text(Row row) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < row.length(); i++) {
      Object value = row.get(i);
      values.add(value instanceof byte[] bytes ? java.util.Arrays.toString(bytes) : value);
    }
    return values.toString();
  }

  @Test
  void loadersReadWhatIsWritten() {
    Dataset<Row> rows = allTypes().coalesce(1).sort("number");
    rows.write()
        .format("penstock")
        .option("variable", "tokens")
        .option("shards", 4)
        .save(out().toString());
    try (io.penstock.Dataset dataset =
            io.penstock.Dataset.builder()
                .column("number", io.penstock.format.Source.glob(out(), "number-*.npy"))
                .column("pair", io.penstock.format.Source.glob(out(), "pair-*.npy"))
                .open();
        Loader loader = dataset.loader().shuffle(Shuffle.NONE).batchSize(ROWS).build()) {
      Batch batch = loader.read(0).next();
      assertThat(dataset.column("number").shards()).hasSize(4);
      for (int i = 0; i < ROWS; i++) {
        assertThat(batch.column("number").getAtIndex(ValueLayout.JAVA_INT, i))
            .isEqualTo(i * 100_000);
        assertThat(batch.column("pair").getAtIndex(ValueLayout.JAVA_FLOAT, 2L * i + 1))
            .isEqualTo(-i - 0.25f);
      }
    }
  }

  @Test
  void aSeedShufflesAsAlways() {
    Dataset<Row> rows = spark.range(ROWS).toDF("id").coalesce(1);
    PenstockSpark.shuffle(rows, out(), ShardOptions.DEFAULT.shards(2).seed(9));
    List<Long> found =
        spark.read().format("penstock").load(out().toString()).collectAsList().stream()
            .map(row -> row.getLong(0))
            .toList();
    FullShuffle order = new FullShuffle(ROWS, 9);
    for (int p = 0; p < ROWS; p++) {
      assertThat(found.get(p)).isEqualTo(order.index(0, p));
    }
  }

  @Test
  void onlyWantedColumnsAreRead() throws Exception {
    Dataset<Row> rows = allTypes().select("number", "text");
    rows.write().format("penstock").save(out().toString());
    Dataset<Row> found = spark.read().format("penstock").load(out().toString());
    assertThat(found.count()).isEqualTo(ROWS);
    // Values that are missing are not asked for.
    try (var files = Files.list(out())) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("text-")).toList()) {
        Files.write(file, new byte[] {1});
      }
    }
    assertThatExceptionOfType(Exception.class)
        .isThrownBy(() -> spark.read().format("penstock").load(out().toString()).count());
    Dataset<Row> numbers =
        spark.read().format("penstock").option("columns", "number").load(out().toString());
    assertThat(numbers.agg(functions.sum("number")).first().getLong(0))
        .isEqualTo(100_000L * ROWS * (ROWS - 1) / 2);
  }

  @Test
  void queriesNameTheirColumns() {
    allTypes().select("number", "text", "real").write().format("penstock").save(out().toString());
    Dataset<Row> found =
        spark
            .read()
            .format("penstock")
            .load(out().toString())
            .where("number = 700000")
            .select("text");
    assertThat(found.queryExecution().executedPlan().toString())
        .contains("[number, text]")
        .doesNotContain("real");
    assertThat(found.first().getString(0)).isEqualTo("row €xx7");
  }

  @Test
  void filesAreColumnsAsOnTheCommandLine() {
    Path images = directory.resolve("images.npy");
    try (NpyWriter writer = NpyWriter.builder(images, ElementType.UINT8, 2, 3).open()) {
      writer.append(
          MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, (byte) 255}));
      writer.commit();
    }
    Path weights = directory.resolve("weights.npy");
    try (NpyWriter writer = NpyWriter.builder(weights, ElementType.parse(">f4"), 2, 2).open()) {
      writer.append(
          MemorySegment.ofArray(
              new byte[] {
                63, -128, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                0, 0, 0, 0, 0, 0
              }));
      writer.commit();
    }
    Dataset<Row> found =
        spark.read().format("penstock").load(images.toString(), weights.toString());
    assertThat(found.schema().simpleString())
        .isEqualTo("struct<images:binary,weights:array<float>>");
    assertThat(found.schema().apply(0).metadata().getLongArray("penstock.shape"))
        .isEqualTo(new long[] {2, 3});
    Row first = found.first();
    assertThat((byte[]) first.get(0)).containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(first.getList(1)).hasToString("[1.0, 2.0, 0.0, 0.0]");
    // The shape of arrays survives; that of bytes, which have any length in Spark, does not.
    found.select("weights").write().format("penstock").save(out().toString());
    try (io.penstock.Dataset dataset =
        io.penstock.Dataset.open(out().resolve("weights-00000.npy"))) {
      assertThat(dataset.columns().getFirst().shape().toList()).containsExactly(2L, 2L);
    }
  }

  @Test
  void nullsAreRefusedByName() {
    Dataset<Row> rows = spark.sql("select id, if(id = 7, null, id) as gap from range(20)");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> rows.write().format("penstock").save(out().toString()))
        .withMessageContaining("column 'gap': expected no nulls");
    assertThat(out()).doesNotExist();
    Dataset<Row> arrays = spark.sql("select array(1, if(id = 7, null, 2)) as pair from range(20)");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> arrays.write().format("penstock").save(out().toString()))
        .withMessageContaining("column 'pair': expected no nulls");
  }

  @Test
  void otherTypesAndLengthsAreRefusedByName() {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                PenstockSpark.convert(
                    spark.sql("select current_date() as day"), out(), ShardOptions.DEFAULT))
        .withMessageContaining("column 'day'")
        .withMessageContaining("found date");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                PenstockSpark.convert(
                    spark.sql("select sequence(0, id) as ids from range(3)"),
                    out(),
                    ShardOptions.DEFAULT))
        .withMessageContaining("column 'ids': expected arrays of one length");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                spark
                    .range(3)
                    .write()
                    .format("penstock")
                    .option("variable", "x")
                    .save(out().toString()))
        .withMessageContaining("option 'variable'");
  }

  @Test
  void modesAreThoseOfSpark() {
    Dataset<Row> rows = spark.range(10).toDF("id");
    rows.write().format("penstock").save(out().toString());
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> rows.write().format("penstock").save(out().toString()))
        .withMessageContaining("which was left as it is: give another name, or mode overwrite");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> rows.write().format("penstock").mode("append").save(out().toString()))
        .withMessageContaining("shards are made whole");
    spark.range(5).write().format("penstock").mode("ignore").save(out().toString());
    assertThat(spark.read().format("penstock").load(out().toString()).count()).isEqualTo(10);
    spark.range(5).write().format("penstock").mode("overwrite").save(out().toString());
    assertThat(spark.read().format("penstock").load(out().toString()).count()).isEqualTo(5);
  }

  @Test
  void aSchemaThatDoesNotFitIsOneMessage() {
    spark.range(10).write().format("penstock").save(out().toString());
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                spark
                    .read()
                    .format("penstock")
                    .schema("id string")
                    .load(out().toString())
                    .collect())
        .withMessageContaining("expected a schema of columns in struct<id:bigint>")
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void aColumnThatIsNotThereIsNamed() {
    spark.range(10).write().format("penstock").save(out().toString());
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(
            () ->
                spark
                    .read()
                    .format("penstock")
                    .option("columns", "nothing")
                    .load(out().toString())
                    .count())
        .withMessage("expected columns [nothing], found only [id]");
  }

  @Test
  void aMissingShardIsOneMessage() throws Exception {
    spark.range(10).write().format("penstock").option("shards", 3).save(out().toString());
    Files.delete(out().resolve("id-00001.npy"));
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> spark.read().format("penstock").load(out().toString()).count())
        .withMessageContaining("expected 3 shards of column 'id', found no shard 1");
  }

  @Test
  void aQueryThatChangesIsNoticed() {
    Dataset<Row> rows = spark.sql("select id from range(2000) where rand() < 0.5");
    spark.udf().register("flip", () -> System.nanoTime() % 3 == 0, DataTypes.BooleanType);
    Dataset<Row> changing = spark.sql("select id from range(2000) where flip()");
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> PenstockSpark.convert(changing, out(), ShardOptions.DEFAULT))
        .withMessageContaining("its query does not give the same each time");
    assertThat(rows.count()).isPositive();
    assertThat(out()).doesNotExist();
  }
}
