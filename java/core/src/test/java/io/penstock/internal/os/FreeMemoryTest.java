package io.penstock.internal.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.internal.plan.MemoryBudget;
import io.penstock.internal.plan.TooLittleMemoryException;
import io.penstock.internal.report.ByteSizes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of files as the kernel shows them on machines of every kind. */
class FreeMemoryTest {
  private static final long MIB = 1 << 20;

  @TempDir Path directory;
  private Path proc;
  private Path groups;

  @BeforeEach
  void machineOfOneGibibyte() throws IOException {
    proc = directory.resolve("proc");
    groups = directory.resolve("group s");
    write(proc.resolve("meminfo"), "MemTotal: 2097152 kB\nMemAvailable:   1048576 kB\n");
    write(proc.resolve("self/mountinfo"), "");
    write(proc.resolve("self/cgroup"), "");
  }

  @Test
  void withoutGroupsAndLimitsTheMachineDecides() {
    assertThat(FreeMemory.forPages(proc)).isEqualTo(1024 * MIB);
    assertThat(FreeMemory.forBuffers(proc, 24 * MIB)).isEqualTo(1000 * MIB);
    assertThat(FreeMemory.forBuffers(proc, 2000 * MIB)).isZero();
  }

  @Test
  void aMachineThatDoesNotTellHasNoRoomForPages() throws IOException {
    Files.delete(proc.resolve("meminfo"));

    assertThat(FreeMemory.forPages(proc)).isZero();
  }

  @Test
  void pagesOfFilesInAGroupOfVersion2AreLeft() throws IOException {
    mountUnified("/", "0::/a/b\n");
    write(groups.resolve("memory.stat"), "anon 1\n");
    group2("a/b", 300 * MIB, "max", 200 * MIB, 150 * MIB);
    group2("a", "max", "max", 0, 0);

    assertThat(FreeMemory.forPages(proc)).isEqualTo(250 * MIB);
  }

  @Test
  void aParentsLimitCounts() throws IOException {
    mountUnified("/", "0::/a/b\n");
    group2("a/b", "max", "max", 200 * MIB, 150 * MIB);
    group2("a", 300 * MIB, "max", 260 * MIB, 160 * MIB);

    assertThat(FreeMemory.forPages(proc)).isEqualTo(200 * MIB);
  }

  @Test
  void theHighMarkCountsAsALimit() throws IOException {
    mountUnified("/", "0::/a\n");
    group2("a", 500 * MIB, 100 * MIB, 40 * MIB, 10 * MIB);

    assertThat(FreeMemory.forPages(proc)).isEqualTo(70 * MIB);
  }

  @Test
  void aGroupBeyondItsLimitLeavesNothing() throws IOException {
    mountUnified("/", "0::/a\n");
    group2("a", 500 * MIB, 100 * MIB, 400 * MIB, 10 * MIB);

    assertThat(FreeMemory.forPages(proc)).isZero();
  }

  @Test
  void groupsOfVersion1AreAskedBesideAnEmptyVersion2() throws IOException {
    Path memory = groups.resolve("memory");
    String mounts =
        mount("/", groups.resolve("cpu"), "cgroup", "rw,cpu")
            + mount("/", memory, "cgroup", "rw,memory")
            + mount("/", groups.resolve("unified"), "cgroup2", "rw");
    write(proc.resolve("self/mountinfo"), mounts);
    write(proc.resolve("self/cgroup"), "5:cpu:/c\n4:memory:/p/q\n1:name=systemd:/\n0::/\n");
    group1(memory.resolve("p/q"), 1L << 62, 90 * MIB, 50 * MIB);
    group1(memory.resolve("p"), 200 * MIB, 100 * MIB, 50 * MIB);
    group1(memory, Long.MAX_VALUE / 4096 * 4096, 100 * MIB, 50 * MIB);

    assertThat(FreeMemory.forPages(proc)).isEqualTo(150 * MIB);
  }

  /** As in a container without a namespace for groups: the path is the host's, the root ours. */
  @Test
  void aGroupThatIsMountedAsARootIsFound() throws IOException {
    mountUnified("/docker/c1", "0::/docker/c1/inner\n");
    group2("inner", 200 * MIB, "max", 0, 0);
    group2("", 300 * MIB, "max", 0, 0);

    assertThat(FreeMemory.forPages(proc)).isEqualTo(200 * MIB);
  }

  /** A process that entered a container from outside, and a tree of somebody else's. */
  @Test
  void ofAGroupThatIsNotVisibleTheRootCounts() throws IOException {
    for (String path : List.of("/../../other", "/elsewhere/x", "/")) {
      mountUnified("/docker/c1", "0::" + path + "\n");
      group2("", 300 * MIB, "max", 0, 0);

      assertThat(FreeMemory.forPages(proc)).as(path).isEqualTo(300 * MIB);
    }
    mountUnified("/../..", "0::/\n");

    assertThat(FreeMemory.forPages(proc)).isEqualTo(300 * MIB);
  }

  @Test
  void limitsOfTheProcessCountForBuffers() throws IOException {
    write(proc.resolve("self/status"), "Name: x\nVmSize:\t 307200 kB\nVmData:\t 102400 kB\n");
    write(
        proc.resolve("self/limits"),
        """
        Limit                     Soft Limit           Hard Limit           Units
        Max data size             unlimited            unlimited            bytes
        Max address space         419430400            unlimited            bytes
        """);

    assertThat(FreeMemory.forBuffers(proc, 50 * MIB)).isEqualTo(100 * MIB);
    assertThat(FreeMemory.forPages(proc)).isEqualTo(1024 * MIB);
    write(proc.resolve("self/limits"), "Max data size    209715200   unlimited    bytes\n");
    assertThat(FreeMemory.forBuffers(proc, 50 * MIB)).isEqualTo(50 * MIB);
  }

  @Test
  void theDefaultIsAQuarterOfWhatIsLeftAndAGibibyteAtMost() {
    assertThat(MemoryBudget.byDefault(400 * MIB).bytes()).isEqualTo(100 * MIB);
    assertThat(MemoryBudget.byDefault(400L << 30).bytes()).isEqualTo(1L << 30);
    assertThat(MemoryBudget.byDefault(0).bytes()).isEqualTo(1);
    assertThat(MemoryBudget.byDefault(400 * MIB).reason(MIB))
        .isEqualTo("memoryBytes=100 MiB by default, of 400 MiB that are left");
  }

  @Test
  void aDefaultThatIsTooLittleGrowsAsFarAsThereIsMemory() {
    List<Long> tried = new ArrayList<>();
    MemoryBudget budget = MemoryBudget.byDefault(400 * MIB);

    assertThat(budget.plan(some -> need(some, 250 * MIB, tried)).bytes()).isEqualTo(300 * MIB);
    assertThat(tried).containsExactly(100 * MIB, 200 * MIB, 300 * MIB);
    assertThatExceptionOfType(TooLittleMemoryException.class)
        .isThrownBy(() -> budget.plan(some -> need(some, 301 * MIB, tried)))
        .withMessageContaining("315621376 are needed")
        .withMessageContaining("400 MiB of memory are left")
        .withMessageContaining("may use 300 MiB");
  }

  @Test
  void whatIsNamedIsObeyedAndSaidToBeTooMuch() {
    MemoryBudget budget = new MemoryBudget(500 * MIB, true, 400 * MIB);

    assertThat(budget.reason(400 * MIB)).isEmpty();
    assertThat(budget.reason(401 * MIB)).contains("takes 401 MiB, more than the 400 MiB");
    assertThatExceptionOfType(TooLittleMemoryException.class)
        .isThrownBy(() -> budget.plan(some -> need(some, 501 * MIB, new ArrayList<>())))
        .withMessage("525336576 are needed");
  }

  @Test
  void otherMistakesAreNotMetWithMoreMemory() {
    List<Long> tried = new ArrayList<>();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                MemoryBudget.byDefault(400 * MIB)
                    .plan(
                        some -> {
                          tried.add(some.bytes());
                          throw new IllegalArgumentException("another one");
                        }))
        .withMessage("another one");
    assertThat(tried).hasSize(1);
  }

  private static MemoryBudget need(MemoryBudget budget, long bytes, List<Long> tried) {
    tried.add(budget.bytes());
    if (budget.bytes() < bytes) {
      throw new TooLittleMemoryException(bytes + " are needed");
    }
    return budget;
  }

  @Test
  void sizesHaveAUnitThatFits() {
    assertThat(ByteSizes.of(0)).isEqualTo("0 bytes");
    assertThat(ByteSizes.of(1)).isEqualTo("1 byte");
    assertThat(ByteSizes.of(1023)).isEqualTo("1023 bytes");
    assertThat(ByteSizes.of(1024)).isEqualTo("1.0 KiB");
    assertThat(ByteSizes.of(100 * MIB)).isEqualTo("100 MiB");
    assertThat(ByteSizes.of((1L << 30) - 1)).isEqualTo("1.0 GiB");
    assertThat(ByteSizes.of(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
  }

  private void mountUnified(String root, String cgroup) throws IOException {
    write(proc.resolve("self/mountinfo"), mount(root, groups, "cgroup2", "rw,nsdelegate"));
    write(proc.resolve("self/cgroup"), cgroup);
  }

  private static String mount(String root, Path at, String type, String options) {
    return "37 30 0:37 %s %s rw,relatime shared:9 - %s source %s\n"
        .formatted(root, at.toString().replace(" ", "\\040"), type, options);
  }

  private void group2(String name, Object max, Object high, long current, long pages)
      throws IOException {
    Path group = groups.resolve(name);
    write(group.resolve("memory.max"), max + "\n");
    write(group.resolve("memory.high"), high + "\n");
    write(group.resolve("memory.current"), current + "\n");
    write(
        group.resolve("memory.stat"),
        "anon 7\nfile %d\ninactive_file %d\nactive_file %d\nunevictable 5\n"
            .formatted(pages, pages / 2, pages - pages / 2));
  }

  private static void group1(Path group, long limit, long usage, long pages) throws IOException {
    write(group.resolve("memory.limit_in_bytes"), limit + "\n");
    write(group.resolve("memory.usage_in_bytes"), usage + "\n");
    write(
        group.resolve("memory.stat"),
        "cache 3\nactive_file 1\ntotal_inactive_file %d\ntotal_active_file 0\n".formatted(pages));
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
