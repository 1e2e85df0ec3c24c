package io.penstock.internal.format.arrow;

import io.penstock.internal.format.arrow.ArrowColumn.Kind;
import io.penstock.internal.format.arrow.ArrowMessages.ArrowMessage;
import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.index.IndexedContents;
import io.penstock.internal.index.Scan;
import io.penstock.internal.index.ScanInput;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Looks for the records of all columns of an Arrow file or stream.
 *
 * <p>Reads metadata, the offsets of strings and lists, and bits; jumps over everything else. A
 * column of numbers becomes one run for each record batch. What cannot be read in place is kept as
 * a reason, so that it does not hide the columns beside it.
 */
final class ArrowScan implements Scan {
  @Override
  public String id() {
    return "arrow 1";
  }

  @Override
  public void run(ScanInput in, IndexBuilder found) {
    ArrowMessages messages = null;
    try {
      messages = new ArrowMessages(in);
      run(in, messages, found);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw in.file()
          .problemAt(
              messages == null ? 0 : messages.place(),
              "not a valid Arrow file: %s: make or copy it again".formatted(e.getMessage()));
    }
  }

  private static void run(ScanInput in, ArrowMessages messages, IndexBuilder found) {
    ArrowPlan plan = ArrowPlan.of(messages.schema().fields(), messages.hasUnionValidity());
    ArrowSurvey survey = new ArrowSurvey(plan, in.file());
    messages.forEach(survey);
    ArrowFacts facts = new ArrowFacts(found);
    if (plan.columns().size() == 1) {
      found.fact(IndexedContents.PLAIN, plan.columns().getFirst().name());
    }
    List<ColumnScan> scans = new ArrayList<>();
    for (int i = 0; i < plan.columns().size(); i++) {
      ArrowColumn column = plan.columns().get(i);
      String problem = problem(column, i, survey);
      if (problem != null) {
        facts.refuse(column.name(), problem);
      } else if (survey.nulls(i) > 0) {
        String values = plan.derivedName(column.name(), ".values");
        String mask = plan.derivedName(column.name(), ".valid");
        scans.add(new ColumnScan(column, values, mask, in, messages.schema().order(), found));
      } else {
        scans.add(
            new ColumnScan(column, column.name(), null, in, messages.schema().order(), found));
      }
    }
    messages.forEach(
        new ArrowMessages.MessageVisitor() {
          @Override
          public void dictionary(ArrowMessage message) {
            // The survey has seen it.
          }

          @Override
          public void batch(ArrowMessage message) {
            ArrowBatch batch =
                new ArrowBatch(message.header(), message.bodyOffset(), message.bodyBytes(), plan);
            if (batch.rows() > 0) {
              scans.forEach(scan -> scan.add(batch));
            }
          }
        });
    scans.forEach(scan -> scan.finish(facts));
    dictionaries(messages, plan, survey, facts);
  }

  /** Why a column cannot be read in place; null if it can. */
  private static String problem(ArrowColumn column, int number, ArrowSurvey survey) {
    if (column.kind() == Kind.REFUSED) {
      return column.problem();
    }
    if (survey.codec() != null) {
      return ("expected buffers as they are, found some compressed by %s: unpack the file with"
              + " 'penstock convert FILE NEW.arrow', or write it again with compression=None,"
              + " in Feather with compression='uncompressed'")
          .formatted(survey.codec());
    }
    if (survey.hasInnerNulls(number)) {
      return "expected lists without nulls, found some inside of its records: fill or drop them";
    }
    boolean isReplaced =
        column.field().dictionary().isPresent()
            && survey.dictionary(column.field().dictionary().getAsLong()) != null
            && survey.dictionary(column.field().dictionary().getAsLong()).isReplaced();
    return isReplaced
        ? "expected one dictionary for all batches, found one that is replaced on the way: write"
            + " the column without a dictionary, or with unify_dictionaries"
        : null;
  }

  private static void dictionaries(
      ArrowMessages messages, ArrowPlan plan, ArrowSurvey survey, ArrowFacts facts) {
    for (ArrowColumn column : plan.columns()) {
      if (column.kind() == Kind.REFUSED || column.field().dictionary().isEmpty()) {
        continue;
      }
      ArrowSurvey.SurveyedDictionary dictionary =
          survey.dictionary(column.field().dictionary().getAsLong());
      String name = plan.derivedName(column.name(), ".dictionary");
      if (dictionary == null) {
        facts.refuse(name, "expected a dictionary in the file, found none");
      } else if (dictionary.isReplaced() || dictionary.pieces() > 1) {
        facts.refuse(
            name,
            "expected a dictionary in one piece, found it in %d: write the column anew"
                .formatted(dictionary.pieces()));
      } else {
        dictionary(messages, column, dictionary.first(), name, facts);
      }
    }
  }

  private static void dictionary(
      ArrowMessages messages,
      ArrowColumn column,
      ArrowMessage message,
      String name,
      ArrowFacts facts) {
    ArrowPlan plan =
        ArrowPlan.of(List.of(column.field().dictionaryValue()), messages.hasUnionValidity());
    ArrowColumn values = plan.columns().getFirst();
    FlatTable header = message.header().table(1, "the values of a dictionary");
    String codec = ArrowBatch.codec(header);
    ArrowBatch batch = new ArrowBatch(header, message.bodyOffset(), message.bodyBytes(), plan);
    if (plan.columns().size() > 1
        || values.kind() == Kind.REFUSED
        || values.kind() == Kind.BITS
        || values.field().dictionary().isPresent()) {
      facts.refuse(name, "expected numbers or strings in a dictionary, found other values");
    } else if (codec != null) {
      facts.refuse(
          name, "expected values as they are, found them compressed by %s".formatted(codec));
    } else if (nulls(values, batch) > 0) {
      facts.refuse(name, "expected values without nulls, found %d".formatted(nulls(values, batch)));
    } else if (batch.rows() == 0) {
      facts.refuse(name, "expected values in a dictionary, found none");
    } else {
      facts.dictionary(name, values, batch, messages.schema().isBig());
    }
  }

  /** Of values, of structs around them, and inside of them. */
  private static long nulls(ArrowColumn values, ArrowBatch batch) {
    return Stream.concat(
            values.levels().stream().map(ArrowColumn.Level::node),
            values.inner().stream().map(ArrowColumn.Inner::node))
        .mapToLong(batch::nulls)
        .sum();
  }
}
