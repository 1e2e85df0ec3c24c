package io.penstock.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/**
 * The packages of the command line are floors: a higher one may import a lower one, never the other
 * way round. A new package is added here, on the floor where it stands.
 */
final class CommandPackagesTest {
  private static final String ROOT = "io.penstock.cli";

  /** From the roof to the ground; packages of one line do not import each other. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of(""),
          List.of("demo", "help", "info", "order", "read", "tune"),
          List.of("check"),
          List.of("make"),
          List.of("arrow", "mds", "options"),
          List.of("command", "convert"),
          List.of("convert.image", "text"));

  private static JavaClasses classes;

  @BeforeAll
  static void read() throws Exception {
    Path built = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    classes = new ClassFileImporter().importPath(built);
    assertThat(classes).hasSizeGreaterThan(100);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void higherFloorsImportLowerOnes() {
    classes().should(importLowerFloorsOnly()).check(classes);
  }

  @Test
  void everyPackageHasAFloor() {
    assertThat(FLOORS.stream().flatMap(List::stream).map(CommandPackagesTest::name))
        .containsExactlyInAnyOrderElementsOf(
            classes.stream().map(JavaClass::getPackageName).distinct().toList());
  }

  @Test
  void onlyTheRootKnowsTheCommandsOfAllGroups() {
    List<JavaClass> commands =
        classes.stream()
            .filter(type -> type.isAnnotatedWith(Command.class))
            .filter(type -> !type.getPackageName().equals(ROOT))
            .toList();
    assertThat(commands).hasSizeGreaterThan(10);
    for (JavaClass command : commands) {
      assertThat(command.getDirectDependenciesToSelf())
          .extracting(user -> user.getOriginClass().getPackageName())
          .as(command.getName())
          .contains(ROOT)
          .isSubsetOf(ROOT, command.getPackageName());
    }
  }

  /** They get what they need when they are made. */
  @Test
  void commandsDoNotKnowTheirParent() {
    noClasses().should().dependOnClassesThat().areAssignableTo(ParentCommand.class).check(classes);
  }

  @Test
  void onlyMainEndsTheProcess() {
    noClasses()
        .that()
        .doNotBelongToAnyOf(Main.class)
        .should()
        .callMethod(System.class, "exit", int.class)
        .check(classes);
  }

  /** They swallow errors: see Streams. */
  @Test
  void nobodyWritesToSystemOut() {
    NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.check(classes);
  }

  private static String name(String floor) {
    return floor.isEmpty() ? ROOT : ROOT + "." + floor;
  }

  /** -1 for a package without one. */
  private static int floorOf(JavaClass type) {
    return IntStream.range(0, FLOORS.size())
        .filter(i -> FLOORS.get(i).stream().anyMatch(f -> name(f).equals(type.getPackageName())))
        .findFirst()
        .orElse(-1);
  }

  private static ArchCondition<JavaClass> importLowerFloorsOnly() {
    return new ArchCondition<>("import classes of lower floors only") {
      @Override
      public void check(JavaClass user, ConditionEvents events) {
        user.getDirectDependenciesFromSelf().stream()
            .filter(used -> used.getTargetClass().getPackageName().startsWith(ROOT))
            .filter(used -> !used.getTargetClass().getPackage().equals(user.getPackage()))
            .filter(used -> floorOf(used.getTargetClass()) <= floorOf(user))
            .forEach(
                used -> events.add(SimpleConditionEvent.violated(user, used.getDescription())));
      }
    };
  }
}
