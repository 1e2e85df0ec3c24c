package io.penstock.cli.options;

import io.penstock.job.RankBy;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** How the processes of a job share the records of a step. */
public final class RankByOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--rank-by",
      paramLabel = "position|place",
      defaultValue = "position",
      converter = RankByConverter.class,
      completionCandidates = RankByNames.class,
      description =
          "Which records of each step this process gets: position deals them out in the order of"
              + " the epoch; place sorts them by index and gives each process a slice, so that each"
              + " reads a part of the data of its own, and all read together what one would. In"
              + " either case all get the same records together. Default: ${DEFAULT-VALUE}.")
  private RankBy rankBy;

  @Option(
      names = "--rank-group",
      paramLabel = "PROCESSES",
      description =
          "With --rank-by place: number of processes that share their records by place; each of"
              + " these computes the order of all of them. The data is read once for each group."
              + " Default: all, at most 64.")
  private Integer rankGroup;

  /** Refuses options that do not go together. */
  public void check() {
    if (rankGroup != null && rankBy.equals(RankBy.POSITION)) {
      throw new ParameterException(
          spec.commandLine(), "--rank-group must come with --rank-by place");
    }
  }

  /** What was chosen; an IllegalArgumentException is about one of these options. */
  public RankBy rankBy() {
    return rankGroup == null ? rankBy : RankBy.placeInGroups(rankGroup);
  }

  static final class RankByNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return List.of("position", "place").iterator();
    }
  }

  static final class RankByConverter implements ITypeConverter<RankBy> {
    @Override
    public RankBy convert(String name) {
      return switch (name) {
        case "position" -> RankBy.POSITION;
        case "place" -> RankBy.PLACE;
        default ->
            throw new TypeConversionException("must be position or place, was '" + name + "'");
      };
    }
  }
}
