package io.penstock.cli.make;

import io.penstock.array.ElementType;
import io.penstock.array.Shape;
import io.penstock.cli.command.ExitCodes;
import io.penstock.cli.command.Progress;
import io.penstock.cli.command.Streams;
import io.penstock.cli.convert.ArrayFiles;
import io.penstock.cli.convert.FilledSource;
import io.penstock.cli.convert.RecordSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code create}: makes a .npy of a given shape, which other programs fill. */
@Command(
    name = "create",
    header = "Makes a .npy of a given shape, filled with zeros or another value.",
    description = {
      "For other programs to fill, with numpy.load(..., mmap_mode='r+') or in another way. Reserves"
          + " room on the device for all of it, or fails.",
      "",
      "With --json, one object on stdout, as that of convert."
    })
public final class CreateCommand implements Callable<Integer> {
  private final Streams streams;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "DST", description = "The .npy to write.")
  private Path target;

  @Mixin private MakingOptions making;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      required = true,
      converter = MakingConverters.TypeConverter.class,
      description = "Type of the elements, such as float32 or '>i2'. Must be given; no default.")
  private ElementType dtype;

  @Option(
      names = "--shape",
      paramLabel = "SIZE[xSIZE...]",
      required = true,
      description =
          "Sizes of all axes; the first is the number of records (60000x28x28). Must be given; no"
              + " default.")
  private String shape;

  @Option(
      names = "--fill",
      paramLabel = "VALUE",
      description = "The value of all elements. Default: 0, for which nothing is written.")
  private String fill;

  @Option(
      names = "--json",
      description = "Print one JSON object on stdout. Default: a line for people.")
  private boolean isJson;

  /**
   * Made once for each run of the program.
   *
   * @param streams for its output
   */
  public CreateCommand(Streams streams) {
    this.streams = streams;
  }

  @Override
  public Integer call() throws IOException {
    MakingReport report = new MakingReport();
    List<Long> sizes = sizes();
    try (RecordSource source = FilledSource.of(dtype, Shape.of(sizes), fill);
        ArrayFiles files = new ArrayFiles(target, source, making.with(1, false))) {
      if (fill != null) {
        streams.interruption().atEnd(() -> MakingOptions.INTERRUPTED);
        try (Progress progress = Progress.start(streams, "create", "records", sizes.getFirst())) {
          files.write(source, progress::to);
        }
      }
      files.commit();
      report.add(files.paths(), source, sizes.getFirst());
    }
    report.print(streams, isJson);
    return ExitCodes.DONE;
  }

  private List<Long> sizes() {
    try {
      List<Long> sizes = Stream.of(shape.split("x", -1)).map(Long::valueOf).toList();
      if (sizes.getFirst() >= 0) {
        return sizes;
      }
    } catch (NumberFormatException e) {
      throw new ParameterException(spec.commandLine(), shapeRule(), e);
    }
    throw new ParameterException(spec.commandLine(), shapeRule());
  }

  private String shapeRule() {
    return "--shape must be sizes with x between them, as 60000x28x28, was '" + shape + "'";
  }
}
