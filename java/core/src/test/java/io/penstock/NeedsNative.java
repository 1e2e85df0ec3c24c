package io.penstock;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test, or a class of tests, of what only the native library can do. Where it is not loaded
 * ({@code -Dpenstock.native=off}), it is skipped, and the reason is told.
 */
@SuppressWarnings("exports") // tests are not exported
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WithoutNative.class)
public @interface NeedsNative {
  /** What it tests that Java alone does not have, as "the cache over epochs". */
  String value();
}
