/* See guard.h. */
#include "guard.h"

int32_t guard_run(guard *guard, int32_t (*work)(void *), void *context) {
  if (setjmp(guard->point) != 0)
    return guard->status;
  return work(context);
}

void guard_leave(guard *guard, int32_t status) {
  guard->status = status;
  longjmp(guard->point, 1);
}
