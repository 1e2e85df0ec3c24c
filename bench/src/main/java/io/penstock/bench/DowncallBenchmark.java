package io.penstock.bench;

import io.penstock.internal.ffi.NativeLibrary;
import io.penstock.internal.ffi.generated.Penstock;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The price of going from Java to C and back, paid about three times a batch.
 *
 * <p>Baseline: a call of Java that the compiler may not inline.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DowncallBenchmark {
  private int expected;

  /** Loads the library. */
  @Setup
  public void load() {
    NativeLibrary.load();
    expected = Penstock.PENSTOCK_ABI_VERSION();
  }

  /** The cheapest call there is: it returns a constant. */
  @Benchmark
  public int downcall() {
    int version = Penstock.penstock_abi_version();
    if (version != expected) {
      throw new AssertionError("expected ABI %d, found %d".formatted(expected, version));
    }
    return version;
  }

  /** The same within Java. */
  @Benchmark
  public int plainCall() {
    return version();
  }

  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  private int version() {
    return expected;
  }
}
