package io.penstock.internal.plan;

/** A budget is too small for what is to be read or written. The message says how much is needed. */
public final class TooLittleMemoryException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** A message about two numbers. */
  @FunctionalInterface
  interface NeedWords {
    /** What is needed at least of memoryBytes, what it was, and what to do. */
    String of(long leastBytes, long givenBytes);
  }

  private final long leastBytes;
  private final long givenBytes;
  private final transient NeedWords words;

  /** With what is needed, what was given, and what to do. */
  public TooLittleMemoryException(String message) {
    super(message);
    this.leastBytes = 0;
    this.givenBytes = 0;
    this.words = (_, _) -> message;
  }

  /** The same, made of another one. */
  public TooLittleMemoryException(String message, Throwable cause) {
    super(message, cause);
    this.leastBytes = 0;
    this.givenBytes = 0;
    this.words = (_, _) -> message;
  }

  /**
   * What is needed is known.
   *
   * @param leastBytes that would be enough, at least 1
   * @param givenBytes that there are
   * @param words say it
   */
  TooLittleMemoryException(long leastBytes, long givenBytes, NeedWords words) {
    super(words.of(leastBytes, givenBytes));
    this.leastBytes = leastBytes;
    this.givenBytes = givenBytes;
    this.words = words;
  }

  /** What would be enough; 0 if that is not known. */
  long leastBytes() {
    return leastBytes;
  }

  /**
   * Of a budget of which other things take some bytes beside; the message ends with these words.
   */
  public TooLittleMemoryException beside(long takenBytes, String ending) {
    if (leastBytes == 0) {
      return new TooLittleMemoryException(getMessage() + ending, this);
    }
    return new TooLittleMemoryException(
        leastBytes + takenBytes,
        givenBytes + takenBytes,
        (least, given) -> words.of(least, given) + ending);
  }

  /** The same of another budget. */
  TooLittleMemoryException given(long bytes) {
    return leastBytes == 0 ? this : new TooLittleMemoryException(leastBytes, bytes, words);
  }
}
