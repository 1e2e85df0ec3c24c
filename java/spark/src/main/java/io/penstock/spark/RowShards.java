package io.penstock.spark;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * Makes shards of a DataFrame: counts its rows and looks at their lengths, which runs its query
 * once, and then sends them to their shards, which runs it again.
 */
final class RowShards {
  /** The line of the note that says what the columns were in Spark. */
  static final String SCHEMA = "schema ";

  private final Dataset<Row> rows;
  private final ArrayList<RowColumn> columns = new ArrayList<>();

  /**
   * Of a DataFrame.
   *
   * @param variable names of columns whose arrays may have different lengths
   * @throws PenstockException if there is no such column in shards, or no column
   */
  RowShards(Dataset<Row> rows, Collection<String> variable) {
    this.rows = rows;
    StructType schema = rows.schema();
    for (String name : variable) {
      if (!List.of(schema.fieldNames()).contains(name)) {
        throw new IllegalArgumentException(
            "option 'variable' must name columns of %s, was '%s'"
                .formatted(List.of(schema.fieldNames()), name));
      }
    }
    for (int i = 0; i < schema.length(); i++) {
      columns.add(RowColumn.of(schema.apply(i), i, variable.contains(schema.apply(i).name())));
    }
    if (columns.isEmpty()) {
      throw new PenstockException(
          ErrorKind.MISMATCH, "expected a DataFrame with columns, found one without");
    }
  }

  /** Writes them. */
  ShardReport write(
      Path directory, ShardOptions options, boolean isShuffled, Consumer<String> progress) {
    ArrayList<RowColumn> all = columns;
    JavaRDD<InternalRow> rdd = internalRows();
    RowFacts facts;
    try {
      List<Serializable> found =
          rdd.<Serializable>mapPartitionsWithIndex(
                  (partition, part) -> RowFacts.look(partition, part, all), false)
              .collect();
      facts = RowFacts.of(found, columns);
    } catch (Exception e) {
      throw SparkFailures.told(e);
    }
    List<ColumnForm> forms = new ArrayList<>();
    for (int c = 0; c < columns.size(); c++) {
      forms.add(columns.get(c).columnForm(facts.length(c)));
    }
    ShardRun.ShardRecords records =
        new ShardRun.ShardRecords(
            forms,
            facts.rows(),
            facts.meanBytes(),
            isShuffled,
            "dataframe",
            List.of(SCHEMA + rows.schema().json()));
    return new ShardRun(rows.sparkSession(), directory, options, progress)
        .run(
            records,
            job ->
                rdd.mapPartitionsWithIndex(
                        (partition, part) -> blocks(job, part, all, facts, partition), false)
                    .mapPartitionsToPair(blocks -> blocks),
            () -> {});
  }

  private JavaRDD<InternalRow> internalRows() {
    return ((org.apache.spark.sql.classic.Dataset<Row>) rows).queryExecution().toRdd().toJavaRDD();
  }

  private static Iterator<Tuple2<Integer, EntryBlock>> blocks(
      ShardJob job,
      Iterator<InternalRow> rows,
      List<RowColumn> columns,
      RowFacts facts,
      int partition) {
    return new EntryBlocks(job, new RowFeed(rows, columns, job.columns(), facts, partition));
  }
}
