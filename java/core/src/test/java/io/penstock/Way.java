package io.penstock;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.penstock.error.PenstockException;
import io.penstock.internal.plan.PreferredPlan;
import io.penstock.options.Readahead;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A way of reading that the tests of loaders go through: flags, and whether records are ordered
 * with slots or wait in cells.
 */
@SuppressWarnings("exports") // tests are not exported
public record Way(String flags, PreferredPlan plan) {
  private static final List<String> NATIVE =
      List.of(
          "backend=uring,io=direct",
          "backend=uring,io=buffered",
          "backend=pread,io=direct",
          "backend=pread,io=buffered");

  /** Copying out of mappings, as the files of tests are cached, and reading. */
  private static final List<String> JAVA =
      List.of("backend=java", "backend=java,io=buffered,ioThreads=3");

  public static Stream<Way> all() {
    List<Way> ways = new ArrayList<>();
    for (String flags : NATIVE) {
      for (PreferredPlan plan : List.of(PreferredPlan.BATCHES, PreferredPlan.SWEEP)) {
        ways.add(new Way(flags, plan));
      }
    }
    ways.add(new Way("backend=mmap", PreferredPlan.BATCHES));
    ways.add(new Way("backend=uring,ioThreads=3", PreferredPlan.BATCHES));
    ways.add(new Way("backend=uring,ioThreads=2", PreferredPlan.SWEEP));
    ways.add(new Way("backend=mmap,ioThreads=2", PreferredPlan.BATCHES));
    for (String flags : JAVA) {
      ways.add(new Way(flags, PreferredPlan.BATCHES));
    }
    return ways.stream();
  }

  /**
   * A builder for this way; skips the test, with the reason, where this machine does not have it.
   */
  public LoaderBuilder loader(Dataset dataset) {
    Readahead readahead = Readahead.parse(flags);
    WithoutNative.assumeReadable(readahead);
    boolean isAligned =
        dataset.files().stream().allMatch(file -> file.directOffsetAlignmentBytes() > 0);
    assumeTrue(
        readahead.io() != Readahead.Io.DIRECT || isAligned, "this file system has no direct reads");
    LoaderBuilder builder = dataset.loader().readahead(readahead);
    builder.preferredPlan = plan;
    if (readahead.backend() == Readahead.Backend.URING) {
      try {
        builder.build().close();
      } catch (PenstockException e) {
        abort("io_uring does not work here: " + e.getMessage());
      }
    }
    return builder;
  }

  /**
   * How many threads make batches. Where {@code backend=java} does not copy out of mappings, one
   * does, and others read for it.
   */
  public int makers(Loader loader) {
    return isByOthers(loader) ? 1 : loader.readahead().ioThreads();
  }

  /** How many threads work on reading. */
  public int workers(Loader loader) {
    return loader.readahead().ioThreads() + (isByOthers(loader) ? 1 : 0);
  }

  private boolean isByOthers(Loader loader) {
    return Readahead.parse(flags).backend() == Readahead.Backend.JAVA
        && loader.reason().contains("threads read");
  }

  @Override
  public String toString() {
    return flags + "," + plan;
  }
}
