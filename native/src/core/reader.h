/* The state of a reader: the parts, and what they share. */
#ifndef PENSTOCK_READER_H
#define PENSTOCK_READER_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/backend.h"
#include "core/cache.h"
#include "core/chunk.h"
#include "core/elevator.h"
#include "core/entry.h"
#include "core/help.h"
#include "core/order.h"
#include "core/pace.h"
#include "core/request.h"
#include "core/resident.h"
#include "core/source.h"
#include "core/staging.h"
#include "penstock.h"

/* Eight for each doubling from 8 ns on, as penstock.h says: up to 34 s. */
enum { LATENCY_BUCKETS = 256 };

struct penstock_reader {
  penstock_source *source;
  penstock_reader_options options;
  backend backend;
  entry_ring entries;
  window_queue windows;
  elevator elevator;
  staging_ring staging;

  slot_batch *batches; /* ring of PENSTOCK_MAX_SLOT_BATCHES */
  uint32_t batch_first;
  uint32_t batch_count;
  uint64_t slot_offsets[PENSTOCK_MAX_COLUMNS];

  uint8_t *cells[PENSTOCK_MAX_COLUMNS];    /* NULL for a resident column */
  int is_past_cache;                       /* so many that stores to them go past the cache */
  uint8_t *resident[PENSTOCK_MAX_COLUMNS]; /* NULL for a column that is read */
  record_cache cache;
  /* Cells in bytes, and what differs in size. */
  chunk_pool pool;
  uint32_t variable[PENSTOCK_MAX_COLUMNS]; /* variable columns */
  uint32_t variable_count;
  uint32_t variable_number[PENSTOCK_MAX_COLUMNS]; /* of a variable column among them */
  uint64_t fixed_bytes; /* of a record, in the columns of one size that are read */
  uint64_t chain_offsets[PENSTOCK_MAX_COLUMNS]; /* of those columns, in the chain of a record */
  uint64_t values_at;                           /* in a slot: the values of variable columns, */
  uint64_t *places; /* and where in it each is to land: variable_count for an entry; or NULL */
  resident_loading loading;
  damage damaged[RESIDENT_MAX_DAMAGES]; /* of resident columns */
  uint32_t damage_count;
  uint32_t active[PENSTOCK_MAX_COLUMNS]; /* columns that are read */
  uint32_t active_count;
  uint32_t *free_cells; /* those that were given back */
  uint32_t free_cell_count;
  uint32_t next_cell; /* so many were given out for the first time since the last reset */
  struct {
    uint64_t first_bytes;        /* of memory, before cells or chunks */
    _Atomic uint64_t used_cells; /* from the first one on: the most there ever were */
    _Atomic uint64_t wanted;     /* cells or chunks that the order can use: the most ever */
  } fresh;                       /* see fresh.c */

  request *requests;
  uint32_t *free_requests;
  uint32_t free_request_count;
  uint32_t *cuts; /* queue_depth runs of cut_capacity */
  uint32_t cut_capacity;
  completion *completions;
  uint32_t in_flight;
  help_queue help;

  pace pace;
  uint64_t waited_until_ns; /* when the owner came back from the backend last */
  penstock_statistics statistics;
  uint64_t latencies[LATENCY_BUCKETS];
  uint64_t cpu_start_ns;
  void *memory;
  uint64_t memory_bytes;

#ifdef PENSTOCK_CHECK
  struct {
    uint64_t credit; /* of calls in which the large checks were skipped */
    int is_suspended;
  } check;
#endif
};

int32_t reader_open_with(penstock_source *source, const penstock_reader_options *options,
                         backend_opener opener, penstock_reader **reader);

#endif
