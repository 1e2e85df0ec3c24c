package io.penstock.internal.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.Dataset;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a licence scan of the jar looks for. Other jars on the class path have such files too. */
class LicencesTest {
  private static List<String> texts(String resource) throws IOException {
    List<String> texts = new ArrayList<>();
    for (URL url : Collections.list(Dataset.class.getClassLoader().getResources(resource))) {
      try (InputStream stream = url.openStream()) {
        texts.add(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return texts;
  }

  @Test
  void theJarHasItsLicenceAndThatOfWhatIsLinkedIn() throws IOException {
    assertThat(texts("META-INF/LICENSE"))
        .anyMatch(text -> text.contains("Apache License") && text.contains("Version 2.0"));
    assertThat(texts("META-INF/NOTICE"))
        .anyMatch(text -> text.contains("liburing") && text.contains("Permission is hereby"));
  }
}
