/* What is done about each errno of a read: the table in native/README.md. How often a read is
 * repeated, and which records fail, is in test_faults.c and test_halving.c. */
#include <errno.h>

#include "core/verdict.h"
#include "support.h"

static void busy_reads_are_tried_again(void) {
  CHECK_EQUAL(verdict_of(-EINTR), VERDICT_BUSY);
  CHECK_EQUAL(verdict_of(-EAGAIN), VERDICT_BUSY);
}

static void mistakes_of_this_process_are_final(void) {
  const int32_t final[] = {EBADF, EFAULT, EINVAL, ECANCELED};
  for (uint32_t i = 0; i < sizeof final / sizeof final[0]; i++)
    CHECK_EQUAL(verdict_of(-final[i]), VERDICT_FINAL);
}

static void all_else_is_the_device_s(void) {
  const int32_t device[] = {EIO,     ENODATA, EILSEQ, ENXIO,  ENODEV,     ETIME, ETIMEDOUT,
                            ENOLINK, ENOMEM,  ESTALE, ENOSPC, EOPNOTSUPP, EPERM, 4095};
  for (uint32_t i = 0; i < sizeof device / sizeof device[0]; i++)
    CHECK_EQUAL(verdict_of(-device[i]), VERDICT_DEVICE);
}

int main(void) {
  RUN(busy_reads_are_tried_again);
  RUN(mistakes_of_this_process_are_final);
  RUN(all_else_is_the_device_s);
  return 0;
}
