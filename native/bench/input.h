/* What bench_reader reads: data of which nothing exists but sizes, orders, and a backend whose
 * reads bring no bytes and take no time. What cannot be is an error and the end of the program. */
#ifndef PENSTOCK_BENCH_INPUT_H
#define PENSTOCK_BENCH_INPUT_H

#include <stdint.h>

#include "core/backend.h"
#include "penstock.h"

/* Requests in flight. */
enum { DEPTH = 128 };

/* Says what cannot be, and ends the program. */
void fail(const char *what, int64_t status);
/* The same where a status is below 0. */
void must(const char *what, int64_t status);
void *allocate(uint64_t bytes);

/* As backend_opener. */
int32_t idle_open(backend *self, uint32_t kind, const backend_options *options);

/* One column of records of this size, or of sizes around it (lognormal, sigma 1). */
penstock_source *new_source(uint64_t record_count, uint64_t mean_bytes, int is_variable);

/* All records, in an order in which any may come next. */
int64_t *new_order(uint64_t record_count);
/* In whole blocks, whose records are shuffled within windows of so many blocks. What is no whole
 * block is last. */
int64_t *new_block_order(uint64_t record_count, uint64_t block_records, uint64_t window_blocks);

#endif
