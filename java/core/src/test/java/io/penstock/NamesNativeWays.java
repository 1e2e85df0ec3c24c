package io.penstock;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Tests of which some name a way to read that only the native library has, such as {@code
 * backend=pread}. Where it is not loaded, those end where the loader refuses that, and count as
 * skipped for the reason that the loader gives; all others run.
 */
@SuppressWarnings("exports") // tests are not exported
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(WithoutNative.class)
public @interface NamesNativeWays {}
