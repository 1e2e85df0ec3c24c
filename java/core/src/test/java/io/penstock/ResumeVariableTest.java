package io.penstock;

import io.penstock.TestColumn.RecordKind;

/** The same with records that differ in size. */
class ResumeVariableTest extends ResumeTest {
  @Override
  RecordKind kind() {
    return RecordKind.VARIABLE;
  }
}
