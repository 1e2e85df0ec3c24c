package io.penstock.internal.index;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Large members are jumped over, small ones are read through. */
class JumpRuleTest {
  private static final int LARGE = 300 << 10;
  private static final int SMALL = 40 << 10;

  private static JumpRule after(long... passes) {
    JumpRule rule = new JumpRule();
    for (long bytes : passes) {
      rule.pass(bytes);
    }
    return rule;
  }

  @Test
  void largeMembersAreJumpedOverFromTheFirstOn() {
    assertTrue(after(LARGE).isWorthwhile(LARGE));
    assertTrue(after(LARGE, LARGE, LARGE).isWorthwhile(LARGE));
  }

  @Test
  void smallMembersAreReadThrough() {
    assertFalse(after(SMALL, SMALL, SMALL).isWorthwhile(SMALL));
  }

  @Test
  void aLargeMemberAmongSmallOnesEndsNoReadingAhead() {
    assertFalse(after(SMALL, SMALL, SMALL, SMALL, LARGE).isWorthwhile(LARGE));
  }

  @Test
  void aSmallMemberAmongLargeOnesIsReadThrough() {
    assertFalse(after(LARGE, LARGE, LARGE, SMALL).isWorthwhile(SMALL));
  }

  @Test
  void whatIsLargerThanAllThatIsReadAheadIsAlwaysJumpedOver() {
    assertTrue(after(SMALL, SMALL, SMALL).isWorthwhile(JumpRule.ALWAYS_BYTES));
  }

  @Test
  void theLastMembersDecide() {
    JumpRule rule = new JumpRule();
    for (int i = 0; i < 10_000; i++) {
      rule.pass(SMALL);
    }
    for (int i = 0; i < 50; i++) {
      rule.pass(LARGE);
    }
    assertTrue(rule.isWorthwhile(LARGE));
  }

  @Test
  void goingBackDoesNotCount() {
    assertTrue(after(LARGE, -LARGE, -10 * LARGE, 0).isWorthwhile(LARGE));
  }

  @ParameterizedTest
  @ValueSource(longs = {100_000, JumpRule.SLOW_NANOS + 1})
  void aSlowDeviceReadsThroughMore(long nanos) {
    JumpRule rule = after(LARGE);
    for (int i = 0; i < 20; i++) {
      rule.tookNanos(nanos);
    }
    boolean isSlow = nanos > JumpRule.SLOW_NANOS;
    assertTrue(rule.isWorthwhile(LARGE) != isSlow);
    assertTrue(after(JumpRule.LEAST_BYTES_SLOW).isWorthwhile(JumpRule.LEAST_BYTES_SLOW));
  }
}
