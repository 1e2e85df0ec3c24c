package io.penstock.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A record was skipped or replaced. */
@Name("io.penstock.BadRecord")
@Label("Bad Record")
@Category("Penstock")
@Description("A record that cannot be read or is damaged was skipped or replaced")
@StackTrace(false)
final class BadRecordEvent extends Event {
  @Label("Loader")
  @Description("Number of the loader in this process")
  int loader;

  @Label("Epoch")
  long epoch;

  @Label("Index")
  @Description("Of the record in the dataset")
  long index;

  @Label("Column")
  @Description("The first column that is bad")
  String column;

  @Label("Replacement")
  @Description("Index of the record that took its place; -1 where it was skipped")
  long replacement;

  @Label("Problem")
  String problem;
}
