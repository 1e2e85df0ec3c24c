package io.penstock.internal.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.options.Readahead;
import io.penstock.options.Readahead.Backend;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackendChoiceTest {
  private static final BackendChoice.Probe ALL_WORK = (backend, isDirect) -> null;
  private static final BackendChoice.Probe NO_URING =
      (backend, isDirect) -> backend == Backend.URING ? "EPERM, not permitted" : null;
  private static final BackendChoice.Probe NONE_WORKS =
      (backend, isDirect) -> "ENOSYS, not supported";

  @Test
  void autoTakesDirectUringFirst() {
    BackendChoice choice = choose("", true, ALL_WORK);

    assertThat(choice.backend()).isEqualTo(Backend.URING);
    assertThat(choice.isDirect()).isTrue();
    assertThat(choice.reason()).isEqualTo("backend=auto: uring works here");
  }

  @Test
  void filesWithoutDirectReadsAreReadBufferedAndThatIsSaid() {
    BackendChoice choice = choose("", false, ALL_WORK);

    assertThat(choice.backend()).isEqualTo(Backend.URING);
    assertThat(choice.isDirect()).isFalse();
    assertThat(choice.reason()).contains("refused: direct: a file does not allow it");
  }

  @Test
  void autoFallsBackToBufferedPreadAndSaysWhy() {
    BackendChoice choice = choose("", true, NO_URING);

    assertThat(choice.backend()).isEqualTo(Backend.PREAD);
    assertThat(choice.isDirect()).isFalse();
    assertThat(choice.reason())
        .contains("pread works here")
        .contains("uring direct: EPERM, not permitted")
        .contains("uring buffered: EPERM, not permitted");
  }

  @Test
  void aNamedBackendNeverFallsBack() {
    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> choose("backend=uring", true, NO_URING))
        .withMessageContaining("backend=uring,io=auto")
        .withMessageContaining("uring direct: EPERM, not permitted")
        .withMessageContaining("use backend=auto");
  }

  @Test
  void aNamedIoNeverFallsBack() {
    BackendChoice.Probe noDirect = (backend, isDirect) -> isDirect ? "EINVAL, invalid" : null;

    assertThatExceptionOfType(PenstockException.class)
        .isThrownBy(() -> choose("io=direct", true, noDirect))
        .withMessageContaining("uring direct: EINVAL, invalid; pread direct: EINVAL, invalid")
        .withMessageContaining("use io=auto");
    assertThat(choose("", true, noDirect).io()).isEqualTo(Readahead.Io.BUFFERED);
  }

  @Test
  void namedBackendAndIoAreTakenWhenTheyWork() {
    BackendChoice choice = choose("backend=pread,io=direct", true, ALL_WORK);

    assertThat(choice.backend()).isEqualTo(Readahead.Backend.PREAD);
    assertThat(choice.io()).isEqualTo(Readahead.Io.DIRECT);
    assertThat(choice.reason()).isEqualTo("backend=pread was asked for");
  }

  @Test
  void mappedFilesAreReadThroughThePageCacheWithoutAProbe() {
    BackendChoice choice = choose("backend=mmap", true, NONE_WORKS);

    assertThat(choice.backend()).isEqualTo(Readahead.Backend.MMAP);
    assertThat(choice.io()).isEqualTo(Readahead.Io.BUFFERED);
  }

  @Test
  void nothingToReadNeedsNothingThatWorks() {
    BackendChoice choice =
        BackendChoice.choose(Readahead.DEFAULT, 0, true, Residency.UNKNOWN, NONE_WORKS);

    assertThat(choice.reason()).isEqualTo("there is nothing to read");
  }

  @Test
  void cachedFilesAreMapped() {
    BackendChoice choice = choose("", new Residency(1000, 990, 0));

    assertThat(choice.backend()).isEqualTo(Backend.MMAP);
    assertThat(choice.isFree()).isTrue();
    assertThat(choice.reason()).contains("are cached");
  }

  @Test
  void pagesThatAreDroppedDoNotGoThroughThePageCache() {
    BackendChoice choice = choose("dropBehind=true", new Residency(1000, 500, 2000));

    assertThat(choice.backend()).isEqualTo(Backend.URING);
    assertThat(choice.io()).isEqualTo(Readahead.Io.DIRECT);
    assertThat(choice.isWarming()).isFalse();
    assertThat(choose("dropBehind=true", new Residency(1000, 990, 0)).backend())
        .isEqualTo(Backend.MMAP);
  }

  @Test
  void filesThatFitIntoMemoryGoThroughThePageCache() {
    BackendChoice choice = choose("", new Residency(1000, 500, 2000));

    assertThat(choice.backend()).isEqualTo(Backend.URING);
    assertThat(choice.io()).isEqualTo(Readahead.Io.BUFFERED);
    assertThat(choice.isWarming()).isTrue();
  }

  @Test
  void singleRecordsOfFilesThatAreWarmedAreReadPastThePageCacheWhereThatWorks() {
    Residency fits = new Residency(1000, 500, 2000);
    BackendChoice.Probe onlyBuffered = (_, isDirect) -> isDirect ? "EINVAL, invalid" : null;

    assertThat(choose("", fits).mayReadDirectly()).isTrue();
    assertThat(BackendChoice.choose(Readahead.DEFAULT, 9, false, fits, ALL_WORK).mayReadDirectly())
        .isFalse();
    assertThat(
            BackendChoice.choose(Readahead.DEFAULT, 9, true, fits, onlyBuffered).mayReadDirectly())
        .isFalse();
    assertThat(BackendChoice.choose(Readahead.DEFAULT, 9, true, fits, NO_URING).mayReadDirectly())
        .isFalse();
  }

  @Test
  void withoutUringFilesThatFitAreReadThroughThePageCacheByPread() {
    BackendChoice choice =
        BackendChoice.choose(
            Readahead.DEFAULT, 1000, true, new Residency(1000, 500, 2000), NO_URING);

    assertThat(choice.backend()).isEqualTo(Backend.PREAD);
    assertThat(choice.isWarming()).isTrue();
    assertThat(choice.reason())
        .contains("pread through the page cache")
        .contains("refused: uring buffered: EPERM, not permitted");
  }

  @Test
  void aLimitIsNamedOnceWhicheverWayMeetsIt() {
    BackendChoice choice =
        choose(
            "",
            true,
            (backend, isDirect) ->
                backend == Backend.URING ? "ENOMEM, not enough memory (or locked memory)" : null);

    assertThat(choice.backend()).isEqualTo(Backend.PREAD);
    assertThat(choice.reason())
        .isEqualTo(
            "backend=auto: pread works here (refused: uring: ENOMEM (locked memory, ulimit -l))");
  }

  @Test
  void aLimitThatIsMetWhenReadersAreOpenedIsAReasonForAnotherBackend() {
    PenstockException ring =
        PenstockException.builder(ErrorKind.RESOURCE_LIMIT, "x").statusName("ENOMEM").build();
    PenstockException map =
        PenstockException.builder(ErrorKind.RESOURCE_LIMIT, "x")
            .path(Path.of("x.npy"))
            .statusName("ENOMEM")
            .build();
    PenstockException other =
        PenstockException.builder(ErrorKind.UNREADABLE, "x").statusName("EIO").build();
    BackendChoice uring = choose("", true, ALL_WORK);
    BackendChoice mapped = choose("", new Residency(1000, 990, 0));

    assertThat(uring.refusedBy(ring)).contains(Backend.URING);
    assertThat(uring.refusedBy(map)).contains(Backend.MMAP);
    assertThat(mapped.refusedBy(map)).contains(Backend.MMAP);
    assertThat(uring.refusedBy(other)).isEmpty();
    assertThat(choose("backend=uring", true, ALL_WORK).refusedBy(ring)).isEmpty();
    assertThat(choose("backend=mmap", true, ALL_WORK).refusedBy(map)).isEmpty();
    assertThat(choose("io=direct", true, ALL_WORK).refusedBy(ring)).contains(Backend.URING);
    assertThat(uring.limit(ring)).isEqualTo("ENOMEM (locked memory, ulimit -l)");
  }

  @Test
  void whatALimitRefusedIsNotTriedAgain() {
    Map<Backend, String> refused = Map.of(Backend.URING, "EMFILE (open files, ulimit -n)");
    Residency cached = new Residency(1000, 990, 0);

    BackendChoice choice =
        BackendChoice.choose(Readahead.DEFAULT, 9, true, Residency.UNKNOWN, refused, ALL_WORK);
    assertThat(choice.backend()).isEqualTo(Backend.PREAD);
    assertThat(choice.reason()).contains("refused: uring: EMFILE (open files, ulimit -n)");
    assertThat(
            BackendChoice.choose(Readahead.DEFAULT, 9, true, cached, refused, ALL_WORK).backend())
        .isEqualTo(Backend.MMAP);
    BackendChoice unmapped =
        BackendChoice.choose(
            Readahead.DEFAULT, 9, true, cached, Map.of(Backend.MMAP, "no room"), ALL_WORK);
    assertThat(unmapped.backend()).isEqualTo(Backend.URING);
    assertThat(unmapped.reason()).contains("refused: mmap: no room");
    assertThat(
            BackendChoice.choose(
                    Readahead.parse("backend=uring"), 9, true, cached, refused, ALL_WORK)
                .backend())
        .isEqualTo(Backend.URING);
  }

  @Test
  void filesLargerThanMemoryAreReadDirectly() {
    BackendChoice choice = choose("", new Residency(1000, 500, 1100));

    assertThat(choice.io()).isEqualTo(Readahead.Io.DIRECT);
    assertThat(choice.isFree()).isTrue();
    assertThat(choice.isWarming()).isFalse();
  }

  @Test
  void whatIsNamedDoesNotDependOnResidency() {
    Residency cached = new Residency(1000, 1000, 5000);

    assertThat(choose("io=direct", cached).io()).isEqualTo(Readahead.Io.DIRECT);
    assertThat(choose("backend=pread", cached).backend()).isEqualTo(Backend.PREAD);
    assertThat(choose("cache=1m", cached).backend()).isEqualTo(Backend.URING);
    assertThat(choose("io=direct", cached).isFree()).isFalse();
  }

  private static BackendChoice choose(String flags, Residency residency) {
    return BackendChoice.choose(Readahead.parse(flags), 1000, true, residency, ALL_WORK);
  }

  private static BackendChoice choose(String flags, boolean isAligned, BackendChoice.Probe probe) {
    return BackendChoice.choose(Readahead.parse(flags), 1000, isAligned, Residency.UNKNOWN, probe);
  }
}
