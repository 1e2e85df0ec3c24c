/* Leaving libjpeg and libpng from the middle: they end a call that fails by never returning from a
 * function of ours. The only place with setjmp and longjmp. */
#ifndef PENSTOCK_IMAGES_GUARD_H
#define PENSTOCK_IMAGES_GUARD_H

#include <setjmp.h>
#include <stdint.h>

typedef struct {
  jmp_buf point;
  int32_t status;
} guard;

/* Calls work(context) and returns its answer, or the status that guard_leave was called with below
 * it. Work frees nothing by itself when it is left so: what it holds, it holds in its context. */
int32_t guard_run(guard *guard, int32_t (*work)(void *), void *context);

/* Ends the guard_run that is under way. */
_Noreturn void guard_leave(guard *guard, int32_t status);

#endif
