/* Columns that are kept whole in memory. */
#ifndef PENSTOCK_RESIDENT_H
#define PENSTOCK_RESIDENT_H

#include <stdint.h>

#include "core/request.h"
#include "penstock.h"

/* Bytes of a resident column that could not be read. */
typedef struct {
  uint64_t begin; /* from the first byte of the column in memory */
  uint64_t end;
  uint32_t column;
  int32_t status;
} damage;

enum { RESIDENT_MAX_DAMAGES = 64 };

/* How far the loading of resident columns has come. */
typedef struct {
  uint64_t unloaded_bytes; /* of all of them; 0: nothing is left to do */
  uint64_t begin;          /* in the file: of what is read next, */
  uint64_t end;            /* or being read */
  uint64_t step_bytes;     /* read at once: less after an error, and more again after that */
  uint32_t column;
  uint32_t shard;
  uint32_t failures; /* in a row */
  request *request;  /* NULL: nothing is being read */
} resident_loading;

void resident_choose(const penstock_source *source, uint64_t budget_bytes, uint8_t *is_resident);
uint64_t resident_column_bytes(const penstock_source *source, uint32_t column);
void resident_begin(penstock_reader *reader);
int32_t resident_load(penstock_reader *reader, uint64_t timeout_ns);
void resident_check(penstock_reader *reader, uint32_t entry);

#endif
