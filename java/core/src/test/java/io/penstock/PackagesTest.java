package io.penstock;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.penstock.internal.ffi.NativeLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The packages are floors of a house: what stands higher may import what stands lower, and never
 * the other way round. Whoever adds a package says here where it stands.
 */
class PackagesTest {
  private static final String ROOT = "io.penstock";

  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (?:static )?(io\\.penstock(?:\\.[a-z]+)*)\\.[A-Z].*;");

  /** From the roof to the ground; those of one line do not import each other. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("checksum", "internal.tune"),
          List.of("internal.manifest"),
          List.of("write"),
          List.of(""),
          List.of("internal.engine"),
          List.of("internal.transform"),
          List.of("transform", "internal.pipeline"),
          List.of("internal.gather"),
          List.of("internal.slot"),
          List.of("internal.plan", "internal.dataset"),
          List.of("options", "internal.events", "internal.folder"),
          List.of("internal.partial", "internal.checksum"),
          List.of("internal.door"),
          List.of("internal.pure", "format"),
          List.of("internal.ffi"),
          List.of("internal.format.known"),
          List.of("internal.format.torch"),
          List.of(
              "internal.ffi.generated",
              "internal.format.zip",
              "internal.format.pickle",
              "internal.format.idx",
              "internal.format.lines",
              "internal.format.tfrecord",
              "internal.format.megatron",
              "internal.format.arrow",
              "internal.format.vecs",
              "internal.format.mds"),
          List.of("internal.kind", "internal.format.npy"),
          List.of("internal.format.safetensors", "internal.format.tar"),
          List.of("internal.index"),
          List.of("internal.forward"),
          List.of("internal.format"),
          List.of("spi", "internal.platform"),
          List.of("array"),
          List.of("internal.report", "job"),
          List.of("internal.job", "internal.library"),
          List.of("internal.file", "sampler"),
          List.of("internal.wait", "internal.os", "internal.counters"),
          List.of("error", "statistics"));

  private static JavaClasses classes;

  @BeforeAll
  static void read() throws Exception {
    Path built = Path.of(Loader.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    classes = new ClassFileImporter().importPath(built);
    assertThat(classes).hasSizeGreaterThan(300);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void whatStandsHigherImportsWhatStandsLower() {
    classes().should(importLowerFloorsOnly()).check(classes);
  }

  /**
   * Imports that only comments need leave no trace in classes, but whoever reads the sources, or
   * draws them, sees them. Comments name what stands higher with its package.
   */
  @Test
  void commentsImportNothingOfHigherFloors() throws IOException {
    Path sources = Path.of("src", "main", "java");
    List<String> upstairs = new ArrayList<>();
    int imports = 0;
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
        String own = sources.relativize(file.getParent()).toString().replace('/', '.');
        for (MatchResult found : IMPORT.matcher(Files.readString(file)).results().toList()) {
          imports++;
          String used = found.group(1);
          if (!used.equals(own) && floorOf(used) <= floorOf(own)) {
            upstairs.add(sources.relativize(file) + ": " + found.group());
          }
        }
      }
    }
    assertThat(upstairs).isEmpty();
    assertThat(imports).isGreaterThan(1000);
  }

  @Test
  void everyPackageHasAFloorAndSaysWhatItIs() {
    List<String> packages =
        classes.stream()
            .filter(c -> !c.getSimpleName().equals("module-info"))
            .map(JavaClass::getPackageName)
            .distinct()
            .sorted()
            .toList();
    assertThat(FLOORS.stream().flatMap(List::stream).map(PackagesTest::name).sorted())
        .containsExactlyElementsOf(packages);
  }

  /** The one place that sees the bindings of the C library. */
  @Test
  void onlyOnePackageSeesTheBindings() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + ".internal.ffi..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".internal.ffi.generated..")
        .check(classes);
  }

  /**
   * Decisions are made without asking the device: they can be tested for any device. Of the C
   * library they know its limits, which are numbers.
   */
  @Test
  void planningIsPure() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".internal.plan..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(ROOT + ".internal.ffi..", ROOT + ".internal.dataset..")
                .and(not(type(NativeLimits.class))))
        .check(classes);
  }

  /** Orders are pure functions of numbers. */
  @Test
  void samplersKnowNoDataAndNoFiles() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".sampler..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            ROOT + ".internal.file..", ROOT + ".internal.dataset..", "java.nio.file..")
        .check(classes);
  }

  private static String name(String floor) {
    return floor.isEmpty() ? ROOT : ROOT + "." + floor;
  }

  private static int floorOf(JavaPackage found) {
    return floorOf(found.getName());
  }

  private static int floorOf(String found) {
    for (int i = 0; i < FLOORS.size(); i++) {
      if (FLOORS.get(i).stream().map(PackagesTest::name).anyMatch(found::equals)) {
        return i;
      }
    }
    return -1;
  }

  private static ArchCondition<JavaClass> importLowerFloorsOnly() {
    return new ArchCondition<>("import classes of lower floors only") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        int floor = floorOf(user.getPackage());
        user.getDirectDependenciesFromSelf().stream()
            .filter(used -> used.getTargetClass().getPackageName().startsWith(ROOT))
            .filter(used -> !used.getTargetClass().getPackage().equals(user.getPackage()))
            .filter(used -> floorOf(used.getTargetClass().getPackage()) <= floor)
            .forEach(
                used -> events.add(SimpleConditionEvent.violated(user, used.getDescription())));
      }
    };
  }

  @Test
  void aStepUpstairsIsFound() {
    List<Integer> floors =
        Stream.of(Loader.class, io.penstock.internal.gather.Gatherer.class)
            .map(type -> floorOf(classes.get(type).getPackage()))
            .toList();
    assertThat(floors.get(0)).isNotNegative().isLessThan(floors.get(1));
  }
}
