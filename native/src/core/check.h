/* The invariants of a reader. They hold whenever no call is under way; test builds look after each
 * call that moves anything. */
#ifndef PENSTOCK_CHECK_H
#define PENSTOCK_CHECK_H

#include "penstock.h"

#ifdef PENSTOCK_CHECK
/* Asserts all of them. Checks whose cost grows with the number of entries run in only some of the
 * calls, so that they cost about as much as the calls themselves. */
void check_invariants(penstock_reader *reader);
/* Stops checking until the reader is reset: the backend is broken, and requests may be lost. */
void check_suspend(penstock_reader *reader);
void check_resume(penstock_reader *reader);
#else
#define check_invariants(reader) ((void)0)
#define check_suspend(reader) ((void)0)
#define check_resume(reader) ((void)0)
#endif

#endif
