package io.penstock.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PenstockExceptionTest {
  private static final Path FILE = Path.of("x.npy");

  private final IOException cause = new IOException("because");
  private final PenstockException whole =
      PenstockException.builder(ErrorKind.UNREADABLE, "x.npy: record 7: EIO")
          .path(FILE)
          .recordIndex(7)
          .offsetBytes(1024)
          .statusName("EIO")
          .cause(cause)
          .build();

  @Test
  void whatIsNotKnownIsEmpty() {
    PenstockException failure = new PenstockException(ErrorKind.OTHER, "something");

    assertThat(failure.kind()).isEqualTo(ErrorKind.OTHER);
    assertThat(failure.path()).isEmpty();
    assertThat(failure.recordIndex()).isEmpty();
    assertThat(failure.offsetBytes()).isEmpty();
    assertThat(failure.statusName()).isEmpty();
    assertThat(failure).hasNoCause().hasMessage("something");
  }

  @Test
  void allPartsAreKept() {
    assertParts(whole);
    assertThat(whole).hasMessage("x.npy: record 7: EIO").hasCause(cause);
  }

  @Test
  void aFailureThatIsThrownAgainKeepsItsPartsAndHasTheFirstAsItsCause() {
    PenstockException again = whole.again();
    PenstockException inOtherWords = whole.again("told otherwise");

    assertParts(again);
    assertThat(again).hasMessage(whole.getMessage());
    assertThat(again.getCause()).isSameAs(whole);
    assertParts(inOtherWords);
    assertThat(inOtherWords).hasMessage("told otherwise");
    assertThat(inOtherWords.getCause()).isSameAs(whole);
  }

  @Test
  void theFileStandsBeforeTheProblem() {
    PenstockException failure = PenstockException.about(ErrorKind.NO_ACCESS, FILE, "not there");

    assertThat(failure).hasMessage("x.npy: not there");
    assertThat(failure.path()).hasValue(FILE);
    assertThat(failure.kind()).isEqualTo(ErrorKind.NO_ACCESS);
  }

  @Test
  void aKindIsAlwaysGivenAndPlacesAreNotNegative() {
    assertThatNullPointerException().isThrownBy(() -> new PenstockException(null, "x"));
    PenstockException.Builder builder = PenstockException.builder(ErrorKind.OTHER, "x");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.recordIndex(-1))
        .withMessage("recordIndex must be at least 0, was -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.offsetBytes(-1))
        .withMessage("offsetBytes must be at least 0, was -1");
  }

  @Test
  void allButThePathSurvivesSerialization() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(whole);
    }
    PenstockException read;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      read = (PenstockException) in.readObject();
    }

    assertThat(read).hasMessage(whole.getMessage());
    assertThat(read.kind()).isEqualTo(ErrorKind.UNREADABLE);
    assertThat(read.recordIndex()).hasValue(7);
    assertThat(read.statusName()).hasValue("EIO");
    assertThat(read.path()).isEmpty();
  }

  private static void assertParts(PenstockException failure) {
    assertThat(failure.kind()).isEqualTo(ErrorKind.UNREADABLE);
    assertThat(failure.path()).hasValue(FILE);
    assertThat(failure.recordIndex()).hasValue(7);
    assertThat(failure.offsetBytes()).hasValue(1024);
    assertThat(failure.statusName()).hasValue("EIO");
  }
}
