package io.penstock.internal.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The order of names, compared with one written out in runs; states depend on it. */
class NaturalOrderTest {
  private static final Pattern RUN = Pattern.compile("[0-9]+|[^0-9]+", Pattern.DOTALL);

  private static int byRuns(String left, String right) {
    Matcher leftRuns = RUN.matcher(left);
    Matcher rightRuns = RUN.matcher(right);
    while (leftRuns.find()) {
      if (!rightRuns.find()) {
        return 1;
      }
      String a = leftRuns.group();
      String b = rightRuns.group();
      boolean areNumbers = Character.isDigit(a.charAt(0)) && Character.isDigit(b.charAt(0));
      int order = areNumbers ? new BigInteger(a).compareTo(new BigInteger(b)) : a.compareTo(b);
      if (order != 0) {
        return order;
      }
    }
    return rightRuns.find() ? -1 : left.compareTo(right);
  }

  private static String name(Random random, String characters) {
    StringBuilder name = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      name.append(characters.charAt(random.nextInt(characters.length())));
    }
    return name.toString();
  }

  @Test
  void namesAreInTheOrderOfTheirRuns() {
    Random random = new Random(11);
    for (int i = 0; i < 200_000; i++) {
      String left = name(random, "0129-az");
      String right = name(random, "0129-az");
      assertThat(Integer.signum(NaturalOrder.NAMES.compare(left, right)))
          .as("%s %s", left, right)
          .isEqualTo(Integer.signum(byRuns(left, right)));
    }
  }

  @Test
  void pathsAreInTheOrderOfTheirNamesOneByOne() {
    List<String> sorted =
        List.of("1/b", "01", "2/1/x", "2/2", "2/10", "10/0", "a/z", "a-b/a", "a.b", "ab", "b/a/c");
    Random random = new Random(3);
    List<String> right = new ArrayList<>(sorted);
    right.sort(
        (a, b) -> {
          String[] as = a.split("/", -1);
          String[] bs = b.split("/", -1);
          for (int i = 0; i < Math.min(as.length, bs.length); i++) {
            if (!as[i].equals(bs[i])) {
              return byRuns(as[i], bs[i]);
            }
          }
          return as.length - bs.length;
        });
    for (int i = 0; i < 100; i++) {
      List<String> shuffled = new ArrayList<>(sorted);
      Collections.shuffle(shuffled, random);
      shuffled.sort(NaturalOrder.PATHS);
      assertThat(shuffled).isEqualTo(right);
    }
    assertThat(right).containsSubsequence("a/z", "a-b/a");
  }
}
