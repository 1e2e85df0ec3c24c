package io.penstock.cli.convert.image;

/** What is wrong with an image: what was expected, what was found, what to do. */
public final class ImageException extends Exception {
  private static final long serialVersionUID = 1L;

  ImageException(String problem) {
    super(problem);
  }

  ImageException(String problem, Throwable cause) {
    super(problem, cause);
  }

  static ImageException cutShort(String kind, String missing) {
    return new ImageException(
        "expected a whole %s, found it cut short: %s is missing: copy or make it again"
            .formatted(kind, missing));
  }

  static ImageException damaged(String kind, String problem) {
    return new ImageException(
        "expected a whole %s, found it damaged: %s: copy or make it again"
            .formatted(kind, problem));
  }
}
