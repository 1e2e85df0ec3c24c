package io.penstock.cli.help;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Help whose lines do not end within names such as labels.npy, --batch-size or a|b.
 *
 * <p>picocli breaks lines wherever Java's BreakIterator would, which is behind any point, hyphen or
 * stroke. So these are taken for characters of private use while lines are made, and become what
 * they were when {@link #plain printed}.
 */
public final class UnbrokenHelp extends Help {
  private static final String BREAKING = ".-|/,#:";
  private static final char STAND_IN = '\ue000';

  /** Where a word goes on, but in picocli's own ${DEFAULT-VALUE}. */
  private static final Pattern WITHIN_WORD =
      Pattern.compile("(?<!DEFAULT)[" + BREAKING.replace("-", "\\-") + "](?=\\S)");

  private UnbrokenHelp(CommandSpec command, ColorScheme colors) {
    super(command, colors);
  }

  /** Makes the help of all commands of a program so. */
  public static void addTo(CommandLine program) {
    program.setHelpFactory(UnbrokenHelp::new);
    Stream.concat(Stream.of(program), program.getSubcommands().values().stream())
        .map(command -> command.getCommandSpec().usageMessage())
        .forEach(usage -> usage.description(unbroken(usage.description())));
  }

  private static String[] unbroken(String... texts) {
    return Stream.of(texts)
        .map(
            text ->
                WITHIN_WORD
                    .matcher(text)
                    .replaceAll(
                        found ->
                            String.valueOf(
                                (char) (STAND_IN + BREAKING.indexOf(found.group().charAt(0))))))
        .toArray(String[]::new);
  }

  /** The text as it is meant. */
  public static String plain(String text) {
    String plain = text;
    for (int i = 0; i < BREAKING.length(); i++) {
      plain = plain.replace((char) (STAND_IN + i), BREAKING.charAt(i));
    }
    return plain;
  }

  @Override
  public IOptionRenderer createDefaultOptionRenderer() {
    IOptionRenderer renderer = super.createDefaultOptionRenderer();
    // Names of --help and --version are variables, which a copy does not know.
    return (option, labels, colors) ->
        renderer.render(
            option.usageHelp() || option.versionHelp()
                ? option
                : option.toBuilder().description(unbroken(option.description())).build(),
            labels,
            colors);
  }

  @Override
  public IParameterRenderer createDefaultParameterRenderer() {
    IParameterRenderer renderer = super.createDefaultParameterRenderer();
    return (parameter, labels, colors) ->
        renderer.render(
            parameter.toBuilder().description(unbroken(parameter.description())).build(),
            labels,
            colors);
  }
}
