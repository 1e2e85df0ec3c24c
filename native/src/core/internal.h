/* What the parts of the library share: source, requests, backends and the reader.
 *
 * Data flows one way: order.c (entries) -> elevator.c (which entries next) -> extent.c (which bytes
 * to read for them) -> backend_*.c (reads) -> gather.c (bytes to their records; take).
 * Nothing here is visible outside of the library. */
#ifndef PENSTOCK_INTERNAL_H
#define PENSTOCK_INTERNAL_H

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "penstock.h"

/* States an invariant. On in test builds only: this library never aborts a user's process. */
#ifdef PENSTOCK_TEST
#include <assert.h>
#define PENSTOCK_ASSERT(condition) assert(condition)
#else
#define PENSTOCK_ASSERT(condition) ((void)0)
#endif

#define PENSTOCK_HUGE_PAGE_BYTES ((uint64_t)2 << 20)

/* ---- source.c, source_map.c -------------------------------------------------------------------
 */

typedef struct {
  int fd_buffered;
  int fd_direct; /* -1: direct reads are not possible */
  char *path;
  penstock_file_info info;
  _Atomic(void *) map; /* NULL until mapped, by one thread while others may read */
} source_file;

typedef struct {
  uint64_t first_index;
  uint64_t record_count; /* never 0 */
  uint64_t offset_bytes;
  uint64_t stride_bytes; /* never 0 */
  uint32_t file;
} source_shard;

typedef struct {
  uint64_t record_bytes;
  source_shard *shards; /* ascending by first_index, without empty ones */
  uint32_t shard_count;
  int has_gaps; /* a shard's records do not lie one right after another */
} source_column;

struct penstock_source {
  source_file *files;
  uint32_t file_count;
  uint32_t column_count;
  source_column columns[PENSTOCK_MAX_COLUMNS];
  uint64_t record_count;
  atomic_uint readers;
};

/* Where a record lies. */
typedef struct {
  uint64_t offset_bytes;
  uint32_t file;
  uint32_t shard;
} location;

/* Finds record index of a column. `near` is any shard number: a hint that makes runs cheap. */
location source_locate(const source_column *column, uint64_t index, uint32_t near);

/* Alignment of offsets and lengths of reads of this file: 1 when buffered. */
static inline uint32_t source_offset_alignment(const source_file *file, uint32_t io) {
  return io == PENSTOCK_IO_DIRECT ? file->info.direct_offset_alignment : 1;
}

static inline uint64_t round_down(uint64_t value, uint64_t alignment) {
  return value - value % alignment;
}

static inline uint64_t round_up(uint64_t value, uint64_t alignment) {
  return round_down(value + alignment - 1, alignment);
}

#include "requests.h"

/* ---- reader.c ------------------------------------------------------------------------------- */

/* An entry is a record of the order that is not taken yet; entries form a ring. Millions of them
 * lie in memory at once, and are met in another order than theirs: what is asked together lies in
 * one line of the processor's cache. */
enum { ENTRY_PENDING = 0, ENTRY_READING = 1, ENTRY_LOADED = 2 };

#define ENTRY_STATE_SHIFT 30
#define ENTRY_VALUE_MASK ((UINT32_C(1) << ENTRY_STATE_SHIFT) - 1)
#define ENTRY_NONE ENTRY_VALUE_MASK
#define INDEX_MASK ((UINT64_C(1) << PENSTOCK_MAX_RECORDS_LOG2) - 1)
#define HOLD_ONE (UINT64_C(1) << PENSTOCK_MAX_RECORDS_LOG2)

typedef struct {
  /* Record index in the low 48 bits. Above: holds, that is requests in flight for this record plus
   * columns that have not yet issued all of theirs. It is loaded when no hold is left. */
  uint64_t word;
  /* State in the high 2 bits. Below: the next entry of its list while pending; its cell (or
   * ENTRY_NONE with a slot) later. */
  uint32_t link;
  /* 0, or what entry_fail says of the first failure. */
  uint32_t fault;
} order_entry;

typedef struct {
  order_entry *all;
  uint32_t capacity;
  uint32_t failed;   /* entries with a fault that are not taken */
  uint64_t taken;    /* sequence numbers: entries before this are gone, */
  uint64_t ready;    /* before this they are loaded, */
  uint64_t admitted; /* before this the elevator knows them, */
  uint64_t ordered;  /* and this is where the next one goes */
} entry_ring;

/* Windows of the order that have ended and are not yet taken on: sequence numbers behind the last
 * entry of each. When there are more, the last one grows: large windows are few. */
enum { MAX_WINDOW_ENDS = 64 };

typedef struct {
  uint64_t ends[MAX_WINDOW_ENDS]; /* a ring */
  uint32_t first;
  uint32_t count;
  uint64_t open; /* before this the elevator may take entries on */
} window_queue;

typedef struct {
  uint64_t first;
  uint64_t address;
  uint32_t count;
} slot_batch;

/* Entries that are being turned into requests, ascending by record index (where the index has more
 * than 32 bits, urgent ones nearly so: extents must not rely on it). */
typedef struct {
  uint64_t *keys; /* what they are sorted by << 32 | entry */
  uint64_t *scratch;
  uint32_t count;
  uint32_t capacity;
  uint32_t shift; /* urgent: low bits of the index that are not sorted by */
  struct {
    uint32_t next;       /* key whose bytes are to be issued */
    uint64_t part_bytes; /* of that record, already issued */
    uint32_t shard;      /* hint */
  } cursors[PENSTOCK_MAX_COLUMNS];
} visit;

/* Buckets of neighbouring records: the places where the elevator stops. What waits in a bucket is
 * in several lists, each of a part of its records. */
typedef struct {
  uint32_t *lists;      /* the first waiting entry of each, but */
  uint32_t *head_lists; /* those of the head of the order are here */
  uint32_t list_shift;  /* record index >> list_shift = list */
  uint64_t *waiting;    /* one bit a bucket: it has entries */
  uint32_t count;
  uint32_t shift;   /* record index >> shift = bucket */
  uint32_t place;   /* the bucket visited last */
  uint32_t started; /* place was visited; otherwise a sweep begins at the first bucket */
  uint32_t stay;    /* not all that waits at this place was taken on */
  uint64_t sweeps;  /* ended */
  visit sweep;
  visit urgent;
  uint32_t is_open;    /* sweeps may begin */
  uint64_t head;       /* records before this may be read by themselves, ahead of the first sweep */
  uint64_t head_next;  /* the first of them that is not begun with */
  uint64_t head_ahead; /* how far ahead; so many cells are kept for them and for forced reads */
  uint64_t credit_bytes; /* what reads of the head may cost before the elevator must move on */
} elevator;

static inline uint32_t lists_per_bucket(const elevator *lift) {
  return UINT32_C(1) << (lift->shift - lift->list_shift);
}

typedef struct {
  uint8_t *base;
  uint64_t bytes;
  uint64_t head; /* positions only grow; the place is position % bytes */
  uint64_t tail;
  struct {
    uint64_t end;
    uint32_t freed; /* given back, but an older chunk still blocks the ring */
  } * chunks;       /* oldest first: a ring too */
  uint32_t chunk_capacity;
  uint32_t chunk_first;
  uint32_t chunk_count;
} staging_ring;

#define CACHE_ROUNDS 4

/* Which records are kept over epochs: those that a keyed permutation of all records puts below
 * `cached`; the permuted number is the cell. So the set needs no table. */
typedef struct {
  uint64_t cached; /* cells 0 to cached - 1 are kept; 0: no cache */
  uint64_t record_count;
  uint32_t low_bits; /* of an index; the permutation works on these */
  uint32_t high_bits;
  uint64_t keys[CACHE_ROUNDS];
  uint64_t *filled; /* one bit a cell: it holds its record */
} record_cache;

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

/* How fast the device is driven; see pace.c. */
typedef struct pace {
  uint32_t adapt;
  uint32_t most;       /* requests in flight, at most ever */
  uint32_t depth;      /* ... and now */
  uint32_t gap_bytes;  /* read through now */
  uint32_t read_bytes; /* size of a read at most now, of */
  uint32_t least_read; /* these limits */
  uint32_t most_read;
  uint32_t kept_depth;
  int is_trial; /* depth is tried, kept_depth is what was best before */
  int direction;
  int hold; /* judgements until the next trial */
  double kept_rate;
  double xx, xy, yy, xt, yt; /* sums of the fit */
  uint64_t began_ns;         /* of the window; 0: none */
  uint64_t requests;
  uint64_t bytes;
  uint32_t judged_windows; /* of this depth, not yet judged: what they come to */
  uint64_t judged_requests;
  double judged_work;
  double judged_ns;
} pace;

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
  uint8_t *resident[PENSTOCK_MAX_COLUMNS]; /* NULL for a column that is read */
  record_cache cache;
  resident_loading loading;
  damage damaged[RESIDENT_MAX_DAMAGES]; /* of resident columns */
  uint32_t damage_count;
  uint32_t active[PENSTOCK_MAX_COLUMNS]; /* columns that are read */
  uint32_t active_count;
  uint32_t *free_cells;
  uint32_t free_cell_count;

  request *requests;
  uint32_t *free_requests;
  uint32_t free_request_count;
  uint32_t *cuts; /* queue_depth runs of cut_capacity */
  uint32_t cut_capacity;
  completion *completions;
  uint32_t in_flight;

  pace pace;
  penstock_statistics statistics;
  uint64_t latencies[LATENCY_BUCKETS];
  uint64_t cpu_start_ns;
  void *memory;
  uint64_t memory_bytes;
};

static inline uint64_t entry_index(const entry_ring *ring, uint32_t entry) {
  return ring->all[entry].word & INDEX_MASK;
}

static inline uint32_t entry_state(const entry_ring *ring, uint32_t entry) {
  return ring->all[entry].link >> ENTRY_STATE_SHIFT;
}

static inline uint32_t entry_value(const entry_ring *ring, uint32_t entry) {
  return ring->all[entry].link & ENTRY_VALUE_MASK;
}

static inline void entry_set(entry_ring *ring, uint32_t entry, uint32_t state, uint32_t value) {
  ring->all[entry].link = state << ENTRY_STATE_SHIFT | value;
}

/* Of a fault: the record was not read, as another one of its batch had failed. */
#define FAULT_GIVEN_UP (UINT32_C(1) << 31)

/* Notes why a record cannot be had; the first failure is the one that is told. */
static inline void entry_fail(entry_ring *ring, uint32_t entry, uint32_t column, int32_t status) {
  if (ring->all[entry].fault == 0) {
    ring->all[entry].fault = (uint32_t)(-status & 0xffff) | column << 16;
    ring->failed++;
  }
}

static inline int32_t entry_status(const entry_ring *ring, uint32_t entry) {
  return -(int32_t)(ring->all[entry].fault & 0xffff);
}

static inline uint32_t entry_failed_column(const entry_ring *ring, uint32_t entry) {
  return ring->all[entry].fault >> 16 & 0xff;
}

static inline int entry_is_given_up(const entry_ring *ring, uint32_t entry) {
  return (ring->all[entry].fault & FAULT_GIVEN_UP) != 0;
}

static inline uint32_t entry_at(const entry_ring *ring, uint64_t sequence) {
  return (uint32_t)(sequence % ring->capacity);
}

uint64_t clock_ns(int clock);

/* layout.c: checks and rounds options and counts memory; then cuts it up */
int32_t layout_plan(penstock_reader *reader, penstock_source *source,
                    const penstock_reader_options *options);
void layout_carve(penstock_reader *reader, uint8_t *memory);

/* order.c: what is ordered and where it is to land */
uint64_t order_room(const penstock_reader *reader);
void order_advance_ready(penstock_reader *reader);
uint8_t *order_destination(const penstock_reader *reader, uint32_t entry, uint32_t column);

/* elevator.c: which entries are read next */
void elevator_admit(penstock_reader *reader);
void elevator_open(penstock_reader *reader, int is_waiting);
visit *elevator_visit(penstock_reader *reader, uint64_t forced);
void elevator_remove(penstock_reader *reader, uint32_t entry);
void elevator_paid(penstock_reader *reader, const visit *visit, uint64_t bytes);
void elevator_reset(penstock_reader *reader);

/* pace.c: how many requests, and which gaps to read through */
#define LEAST_STAGED_READS 2 /* one is copied out of staging while another is on its way */

void pace_open(pace *pace, const penstock_reader_options *options);
void pace_interrupted(pace *pace);
void pace_completed(pace *pace, uint64_t now, uint32_t requests, uint64_t bytes);

/* extent.c: turns entries into requests */
int32_t extent_issue(penstock_reader *reader, uint64_t forced);

/* A read that the kernel asks to repeat is repeated so often before it counts as an error; a device
 * error is tried once more: some go away, and a bad sector fails at once again. */
enum { MAX_ATTEMPTS_BUSY = 64, MAX_ATTEMPTS_ERROR = 2 };

/* gather.c: brings what was read to its place */
int32_t gather_completion(penstock_reader *reader, request *request, int32_t result);
void gather_let_go(penstock_reader *reader, uint32_t entry, uint32_t column, int32_t status);
void gather_drop(penstock_reader *reader, request *request);
int32_t gather_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                    penstock_failure *failure);

/* give_up.c: what is not worth reading any more */
void give_up_batch(penstock_reader *reader, uint64_t wanted);

/* staging.c: memory for reads that need a copy */
uint8_t *staging_allocate(staging_ring *ring, request *request, uint32_t bytes, uint32_t alignment);
void staging_free(staging_ring *ring, request *request);

/* memory.c: the next step of penstock_reader_populate */
int32_t memory_populate(uint8_t *memory, uint64_t bytes, uint64_t *done_bytes);

/* pixels.c: penstock_normalize_bytes, with or without the vector instructions of this processor */
void pixels_normalize(const uint8_t *from, float *to, uint64_t pixels, uint32_t channels,
                      const float *factors, const float *offsets, int to_planes, int vectors);

/* cache.c: records that are kept for later epochs */
void cache_open(record_cache *cache, uint64_t record_count, uint64_t cached, uint64_t key);
uint32_t cache_cell(const record_cache *cache, uint64_t index);
int cache_serve(penstock_reader *reader, uint32_t entry);
void cache_fill(penstock_reader *reader, uint32_t entry);

/* resident.c: columns that are kept whole */
void resident_choose(const penstock_source *source, uint64_t budget_bytes, uint8_t *is_resident);
uint64_t resident_column_bytes(const penstock_source *source, uint32_t column);
void resident_begin(penstock_reader *reader);
int32_t resident_load(penstock_reader *reader, uint64_t timeout_ns);
void resident_check(penstock_reader *reader, uint32_t entry);

#endif
