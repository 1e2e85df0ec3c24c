/* Columns that are kept whole in memory. */
#ifndef PENSTOCK_RESIDENT_H
#define PENSTOCK_RESIDENT_H

#include <stdint.h>

#include "core/request.h"
#include "penstock.h"

/* Bytes of a resident column that could not be read. */
typedef struct {
  uint64_t begin; /* counted from the first byte of the column in memory */
  uint64_t end;
  uint32_t column;
  int32_t status;
} damage;

enum { RESIDENT_MAX_DAMAGES = 64 };

/* How far the loading of resident columns has come. */
typedef struct {
  uint64_t unloaded_bytes; /* of all resident columns; 0: nothing is left to do */
  uint64_t begin;          /* the range of the file that is read next, or being read */
  uint64_t end;
  uint64_t read_bytes; /* size of a read: less after an error, then more again */
  uint32_t column;
  uint32_t shard;
  uint32_t failures; /* in a row */
  request *request;  /* NULL: nothing is being read */
} resident_loading;

/* Chooses the columns that are kept: the smallest ones, as many as fit together. */
void resident_choose(const penstock_source *source, uint64_t budget_bytes, uint8_t *is_resident);
uint64_t resident_column_bytes(const penstock_source *source, uint32_t column);
/* Nothing is loaded yet. */
void resident_begin(penstock_reader *reader);
/* Loads for about timeout_ns; at least one read when that is not 0. Returns 0, or -errno: the
 * backend is broken. */
int32_t resident_load(penstock_reader *reader, uint64_t timeout_ns);
/* Fails an entry whose record could not be loaded. */
void resident_check(penstock_reader *reader, uint32_t entry);

#endif
