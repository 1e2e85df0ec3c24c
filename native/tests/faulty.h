/* A backend with faults on command: it stands before pread and spoils what the rules say. */
#ifndef PENSTOCK_FAULTY_H
#define PENSTOCK_FAULTY_H

#include "core/backend.h"

typedef struct {
  uint64_t begin; /* reads that touch [begin, end) of any file */
  uint64_t end;
  int32_t result;   /* -errno to answer with; 0: the end of the file; > 0: at most so many bytes */
  uint32_t times;   /* that it happens; UINT32_MAX: always */
  uint32_t counted; /* how often it happened */
} fault_rule;

enum { MAX_FAULT_RULES = 8 };

/* The rules in force; all zero: no faults. Cleared by the test. */
extern fault_rule fault_rules[MAX_FAULT_RULES];

/* Not 0: start() answers with it, as a ring that broke. */
extern int32_t fault_start;

/* Reads look as if they had been started so much earlier than they were. */
extern uint64_t fault_delay_ns;

int32_t faulty_open(backend *self, uint32_t kind, const backend_options *options);

#endif
