package io.penstock;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.door.Platforms;
import io.penstock.options.Readahead;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * What becomes of tests where the native library is not loaded: the one place that skips them, each
 * with its reason. See {@link NeedsNative} and {@link NamesNativeWays}.
 */
@SuppressWarnings("exports") // tests are not exported
public final class WithoutNative implements ExecutionCondition, TestExecutionExceptionHandler {
  /** JUnit makes it. */
  WithoutNative() {}

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    Optional<String> problem = Platforms.problem();
    Optional<NeedsNative> mark = findAnnotation(context.getElement(), NeedsNative.class);
    return mark.isPresent() && problem.isPresent()
        ? ConditionEvaluationResult.disabled(reason(mark.get().value(), problem.get()))
        : ConditionEvaluationResult.enabled("it can run here");
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    if (Platforms.problem().isPresent()
        && failure instanceof PenstockException refusal
        && refusal.kind() == ErrorKind.UNSUPPORTED
        && refusal.getMessage().contains("expected the native library, which alone can")) {
      abort(refusal.getMessage());
    }
    throw failure;
  }

  private static String reason(String what, String problem) {
    return "%s needs the native library, which is not loaded: %s".formatted(what, problem);
  }

  /**
   * Skips the rest of a test.
   *
   * @param what it tests that only the native library has
   */
  public static void assumeNative(String what) {
    Optional<String> problem = Platforms.problem();
    assumeTrue(problem.isEmpty(), () -> reason(what, problem.orElse("")));
  }

  /** Skips the rest of a test if it reads in a way that only the native library has. */
  public static void assumeReadable(Readahead flags) {
    if (!isReadable(flags)) {
      assumeNative(flags.toString());
    }
  }

  /** Whether this process can read so. */
  public static boolean isReadable(Readahead flags) {
    boolean isInJava =
        switch (flags.backend()) {
          case URING, PREAD -> false;
          case AUTO, MMAP, JAVA -> flags.io() != Readahead.Io.DIRECT;
        };
    return isInJava || Platforms.problem().isEmpty();
  }
}
