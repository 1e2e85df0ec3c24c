package io.penstock.internal.plan;

import io.penstock.internal.os.FreeMemory;
import io.penstock.internal.report.ByteSizes;
import java.util.function.Function;

/**
 * How much memory outside the Java heap a loader or a writer may take, and why.
 *
 * <p>What the user names is obeyed. Otherwise it is a share of what is left, so that a process in a
 * small container is not killed and others on the machine find memory, too.
 *
 * @param bytes the budget
 * @param isNamed whether the user has set it
 * @param leftBytes what this process could take when the budget was made
 */
public record MemoryBudget(long bytes, boolean isNamed, long leftBytes) {
  /** Only the user can give more: the trainer and other processes need memory, too. */
  public static final long MOST_DEFAULT_BYTES = 1L << 30;

  /** The default is what is left divided by this. */
  private static final int DEFAULT_PART = 4;

  /** A default that is too small for one batch or record grows up to this part of what is left. */
  private static final double MOST_SHARE = 0.75;

  /** A share of a budget is a third at most, so what is needed grows less and less. */
  private static final int MOST_TRIES = 100;

  /**
   * What the user has set.
   *
   * @param bytes at least 1
   */
  public static MemoryBudget named(long bytes) {
    return new MemoryBudget(bytes, true, FreeMemory.forBuffers());
  }

  /** A quarter of what is left, at most 1 GiB. */
  public static MemoryBudget byDefault() {
    return byDefault(FreeMemory.forBuffers());
  }

  public static MemoryBudget byDefault(long leftBytes) {
    long share = Math.clamp(leftBytes / DEFAULT_PART, 1, MOST_DEFAULT_BYTES);
    return new MemoryBudget(share, false, leftBytes);
  }

  /**
   * Makes a plan within this budget. If the default is too little for what is to be read or
   * written, more of what is left is tried; what the user has set stays.
   *
   * @param plan makes it; throws TooLittleMemoryException if the budget does not do
   * @return the plan
   * @throws TooLittleMemoryException if no budget does, saying also what is left
   */
  public <T> T plan(Function<MemoryBudget, T> plan) {
    long most = Math.max(bytes, (long) (leftBytes * MOST_SHARE));
    for (MemoryBudget tried = this; ; tried = tried.grown(most)) {
      try {
        return plan.apply(tried);
      } catch (TooLittleMemoryException e) {
        if (isNamed || tried.bytes >= most) {
          throw isNamed ? withEnough(e, plan) : tooLittle(e);
        }
      }
    }
  }

  /**
   * A failure that names a budget which does. A larger one may need more itself: batches of records
   * of different sizes get a share of it.
   */
  private <T> TooLittleMemoryException withEnough(
      TooLittleMemoryException failure, Function<MemoryBudget, T> plan) {
    TooLittleMemoryException last = failure;
    for (int i = 0; i < MOST_TRIES && last.leastBytes() > 0; i++) {
      try {
        Object _ = plan.apply(new MemoryBudget(last.leastBytes(), true, leftBytes));
        break;
      } catch (TooLittleMemoryException e) {
        last = e;
      }
    }
    return last.given(bytes);
  }

  private MemoryBudget grown(long mostBytes) {
    return new MemoryBudget(bytes > mostBytes / 2 ? mostBytes : bytes * 2, false, leftBytes);
  }

  private TooLittleMemoryException tooLittle(TooLittleMemoryException cause) {
    return new TooLittleMemoryException(
        "%s (%s of memory are left for this process, which may use %s of them by default)"
            .formatted(
                cause.getMessage(),
                ByteSizes.of(leftBytes),
                ByteSizes.of(Math.max(bytes, (long) (leftBytes * MOST_SHARE)))),
        cause);
  }

  /**
   * What to tell the user about it.
   *
   * @param takenBytes what the plan takes of it
   * @return one line; empty if the user set the budget and there is enough memory
   */
  public String reason(long takenBytes) {
    if (isNamed) {
      return takenBytes <= leftBytes
          ? ""
          : "memoryBytes takes %s, more than the %s that are left: this process may be killed"
              .formatted(ByteSizes.of(takenBytes), ByteSizes.of(leftBytes));
    }
    return "memoryBytes=%s by default, of %s that are left"
        .formatted(ByteSizes.of(bytes), ByteSizes.of(leftBytes));
  }
}
