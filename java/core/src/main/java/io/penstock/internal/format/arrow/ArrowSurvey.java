package io.penstock.internal.format.arrow;

import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.arrow.ArrowColumn.Inner;
import io.penstock.internal.format.arrow.ArrowColumn.Kind;
import io.penstock.internal.format.arrow.ArrowColumn.Level;
import io.penstock.internal.format.arrow.ArrowColumn.Place;
import io.penstock.internal.format.arrow.ArrowMessages.ArrowMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The first pass over the metadata of a file: which columns have nulls, whether batches are
 * compressed, what dictionaries there are. Only then is it known which columns can be read, and as
 * what.
 */
final class ArrowSurvey implements ArrowMessages.MessageVisitor {
  /** Ids are what a file says; a limit on what is kept of them. */
  private static final int MAX_DICTIONARIES = 50_000;

  /** A dictionary as far as its messages show it. */
  static final class SurveyedDictionary {
    private int pieces;
    private boolean isReplaced;
    private ArrowMessage first;

    int pieces() {
      return pieces;
    }

    /** Whether the same indices mean other values from some batch on. */
    boolean isReplaced() {
      return isReplaced;
    }

    /** The first piece: a table of type DictionaryBatch, and its body. */
    ArrowMessage first() {
      return first;
    }
  }

  private final ArrowPlan plan;
  private final OpenFile file;
  private final long[] nulls;
  private final boolean[] hasInnerNulls;
  private final Map<Long, SurveyedDictionary> dictionaries = new HashMap<>();
  private String codec;
  private long rows;

  ArrowSurvey(ArrowPlan plan, OpenFile file) {
    this.plan = plan;
    this.file = file;
    this.nulls = new long[plan.columns().size()];
    this.hasInnerNulls = new boolean[nulls.length];
  }

  @Override
  public void dictionary(ArrowMessage message) {
    long id = message.header().getLong(0, 0);
    boolean isDelta = message.header().getByte(2, 0) != 0;
    SurveyedDictionary dictionary = dictionaries.computeIfAbsent(id, _ -> new SurveyedDictionary());
    if (dictionaries.size() > MAX_DICTIONARIES) {
      throw new IllegalArgumentException(
          "expected at most " + MAX_DICTIONARIES + " dictionaries, found more");
    }
    dictionary.isReplaced |= dictionary.pieces > 0 && !isDelta;
    dictionary.first = dictionary.pieces == 0 ? message : dictionary.first;
    dictionary.pieces++;
  }

  @Override
  public void batch(ArrowMessage message) {
    if (codec == null) {
      codec = ArrowBatch.codec(message.header());
    }
    ArrowBatch batch =
        new ArrowBatch(message.header(), message.bodyOffset(), message.bodyBytes(), plan);
    rows = Math.addExact(rows, batch.rows());
    List<ArrowColumn> columns = plan.columns();
    for (int i = 0; i < nulls.length; i++) {
      if (columns.get(i).kind() != Kind.REFUSED) {
        survey(i, columns.get(i), batch);
      }
    }
  }

  private void survey(int number, ArrowColumn column, ArrowBatch batch) {
    for (Level level : column.levels()) {
      if (batch.length(level.node()) != batch.rows()) {
        throw new IllegalArgumentException(
            "expected %d values of '%s', as the batch has rows, found %d"
                .formatted(batch.rows(), column.name(), batch.length(level.node())));
      }
      nulls[number] = Math.addExact(nulls[number], batch.nulls(level.node()));
    }
    for (Inner inner : column.inner()) {
      hasInnerNulls[number] |=
          codec == null && batch.nulls(inner.node()) > 0 && !areInNullRecords(number, inner, batch);
    }
  }

  /** Whether all nulls inside of lists are inside of lists that are null themselves. */
  private boolean areInNullRecords(int number, Inner inner, ArrowBatch batch) {
    if (inner.perRecord() == 0 || hasInnerNulls[number]) {
      return false;
    }
    ArrowColumn column = plan.columns().get(number);
    List<Bits> records =
        column.levels().stream()
            .filter(level -> batch.nulls(level.node()) > 0)
            .map(level -> bits(level.validity(), batch.rows(), column, batch))
            .toList();
    long count = Math.multiplyExact(batch.rows(), inner.perRecord());
    Bits items = bits(inner.validity(), count, column, batch);
    for (long row = 0; row < batch.rows(); row++) {
      boolean isRecord = true;
      for (Bits level : records) {
        isRecord &= level.next();
      }
      for (long i = 0; i < inner.perRecord(); i++) {
        if (!items.next() && isRecord) {
          return false;
        }
      }
    }
    return true;
  }

  private Bits bits(Place place, long count, ArrowColumn column, ArrowBatch batch) {
    long bytes = count / Byte.SIZE + (count % Byte.SIZE == 0 ? 0 : 1);
    return new Bits(file, batch.buffer(place, bytes, "validity of '" + column.name() + "'"));
  }

  /** Nulls of a column, where one of several levels may be counted more than once. */
  long nulls(int column) {
    return nulls[column];
  }

  boolean hasInnerNulls(int column) {
    return hasInnerNulls[column];
  }

  /** The compression of the batches; null if there is none. */
  String codec() {
    return codec;
  }

  long rows() {
    return rows;
  }

  /** The dictionary of a number; null if the file has none. */
  SurveyedDictionary dictionary(long id) {
    return dictionaries.get(id);
  }
}
