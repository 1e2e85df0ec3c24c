package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SQLContext;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.BaseRelation;
import org.apache.spark.sql.sources.CreatableRelationProvider;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The format {@code penstock} of DataFrames, which Spark makes when it is named.
 *
 * <p>{@code spark.read().format("penstock").load(path)} reads a directory of shards, or a file or
 * part as on the command line; several paths are columns side by side. Option {@code columns}: the
 * names of those to have, with commas. Option {@code partitionBytes}: shards that are larger become
 * several partitions.
 *
 * <p>{@code rows.write().format("penstock").save(directory)} writes shards, in the order of the
 * rows. Options: {@code shards} (as many as partitions, unless set), {@code seed} (shuffles with
 * it), {@code variable} (names of columns whose arrays may have different lengths), {@code
 * bucketBytes}, {@code checksums}. Mode {@code overwrite} replaces a directory that was written
 * like this.
 *
 * <p>Reading goes through DataSource V2. Writing does not: there, a source without a catalog can
 * only append to what exists or replace it, and its default mode, which refuses what exists, is an
 * error; and all rows must be counted before the first is written.
 */
public final class PenstockTableProvider
    implements TableProvider, CreatableRelationProvider, DataSourceRegister {
  /** For Spark. */
  public PenstockTableProvider() {}

  @Override
  public String shortName() {
    return "penstock";
  }

  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return TableContents.open(options).schema();
  }

  @Override
  public Table getTable(
      StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new PenstockTable(schema, new CaseInsensitiveStringMap(properties));
  }

  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  @Override
  public BaseRelation createRelation(
      SQLContext context,
      SaveMode mode,
      scala.collection.immutable.Map<String, String> parameters,
      Dataset<Row> rows) {
    CaseInsensitiveStringMap options =
        new CaseInsensitiveStringMap(CollectionConverters.asJava(parameters));
    List<String> paths = TableColumns.paths(options);
    Path directory = Path.of(paths.getFirst());
    if (mode == SaveMode.Append) {
      throw new PenstockException(
          ErrorKind.UNSUPPORTED,
          "%s: expected mode errorifexists, overwrite or ignore, found append: shards are made whole: write another directory, and load both"
              .formatted(directory));
    }
    if (mode != SaveMode.Ignore || !Files.exists(directory)) {
      if (mode == SaveMode.ErrorIfExists) {
        checkFree(directory); // Before the query runs.
      }
      write(rows, directory, mode, options);
    }
    return new WrittenRelation(context, rows.schema());
  }

  private static void checkFree(Path directory) {
    String[] names = directory.toFile().list();
    if (names == null ? Files.exists(directory) : names.length > 0) {
      throw new PenstockException(
          ErrorKind.WRITE_FAILED,
          "%s: expected no file of this name, found one, which was left as it is: give another name, or mode overwrite"
              .formatted(directory));
    }
  }

  private static void write(
      Dataset<Row> rows, Path directory, SaveMode mode, CaseInsensitiveStringMap options) {
    int partitions = Math.max(1, rows.rdd().getNumPartitions());
    ShardOptions shards =
        ShardOptions.DEFAULT
            .shards(options.getInt("shards", partitions))
            .atMostRecords(!options.containsKey("shards"))
            .seed(options.getLong("seed", 0))
            .checksums(options.getBoolean("checksums", false))
            .replace(mode == SaveMode.Overwrite);
    if (options.containsKey("bucketBytes")) {
      shards = shards.bucketBytes(options.getLong("bucketBytes", 0));
    }
    new RowShards(rows, TableContents.names(options, "variable"))
        .write(directory, shards, options.containsKey("seed"), _ -> {});
  }

  /** What Spark wants to have for what was written, and asks nothing of. */
  private static final class WrittenRelation extends BaseRelation {
    private final SQLContext context;
    private final StructType schema;

    WrittenRelation(SQLContext context, StructType schema) {
      this.context = context;
      this.schema = schema;
    }

    @Override
    public SQLContext sqlContext() {
      return context;
    }

    @Override
    public StructType schema() {
      return schema;
    }
  }
}
