package io.penstock.cli.help;

import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Help that does not break lines within names such as labels.npy, --batch-size or a|b.
 *
 * <p>picocli breaks lines where Java's BreakIterator does: after any point, hyphen or stroke. So
 * these characters are replaced by private-use ones while lines are made, and restored when the
 * text is {@link #plain printed}.
 */
public final class UnbrokenHelp extends Help {
  private static final String BREAKING = ".-|/,#:";
  private static final char STAND_IN = '\ue000';

  /** A breaking character within a word, except in picocli's ${DEFAULT-VALUE}. */
  private static final Pattern WITHIN_WORD =
      Pattern.compile("(?<!DEFAULT)[" + BREAKING.replace("-", "\\-") + "](?=\\S)");

  private UnbrokenHelp(CommandSpec command, ColorScheme colors) {
    super(command, colors);
  }

  /** Installs it for all commands of a program. */
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

  /** The text with the original characters. */
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
    // Texts of --help and --version are variables, which a copy would not resolve.
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
