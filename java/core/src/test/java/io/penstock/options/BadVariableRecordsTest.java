package io.penstock.options;

import io.penstock.TestColumn.RecordKind;

/** The same with images of different sizes. */
class BadVariableRecordsTest extends BadRecordsTest {
  @Override
  RecordKind kind() {
    return RecordKind.VARIABLE;
  }
}
