package io.penstock.cli.help;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Prints the version that Maven built, and the JDK and system that a bug report needs. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "penstock %s (JDK %s, %s %s, %s)"
          .formatted(
              number(),
              System.getProperty("java.version"),
              System.getProperty("os.name"),
              System.getProperty("os.version"),
              System.getProperty("os.arch"))
    };
  }

  private static String number() {
    Properties properties = new Properties();
    try (InputStream resource = Version.class.getResourceAsStream("build.properties")) {
      properties.load(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }
}
