/* What a failed read means. */
#ifndef PENSTOCK_VERDICT_H
#define PENSTOCK_VERDICT_H

#include <stdint.h>

typedef enum {
  VERDICT_BUSY,   /* the kernel asks to try it again */
  VERDICT_FINAL,  /* no repetition cures it: a mistake of this process */
  VERDICT_DEVICE, /* the device has failed: the error may go away, or may be that of one sector */
} verdict;

/* Decides about a status below 0 with which a read has ended. */
verdict verdict_of(int32_t status);

#endif
