/* Admission: how far ahead of the consumer the elevator looks, in records and in bytes, and how
 * much of the reserve reads that cannot wait may use. */
#include "core/cache.h"
#include "core/cells.h"
#include "core/common.h"
#include "core/elevator.h"
#include "core/order.h"
#include "core/reader.h"

/* A sweep in which more than this part of the horizon found no cell has looked too far ahead. */
#define LACK_PART 32
/* Then the horizon shrinks by this part of itself, */
#define SHRINK_PART 8
/* never below this part of what it may be; */
#define LEAST_PART 8
/* and after a sweep without a lack it grows by this part of that. */
#define GROW_PART 64

/* Of so many neighbours in the order one is measured, where so many of the longest records, each
 * for as many, lie within the horizon. */
#define SAMPLE_LOG2 3
#define SAMPLE_PARTS 256

/* Chains in a full pool lie in pieces, and each costs as much as copying some hundred bytes. So
 * sweeps leave this part of the chunks free: of records of 990 B, 0.5 % lie in pieces, which were
 * 10 to 30 %. Windows come with the memory that they need. */
#define SPARE_PART 64

static uint32_t head_place(const elevator *elevator, uint64_t bucket) {
  return (uint32_t)(bucket * HEAD_PLACES / elevator->count);
}

/* How much of its work the first sweep has done. The order may want records of a part of the file
 * only, as that of a rank does, so what counts is where records of the head lie. */
void elevator_passes(elevator *elevator, uint32_t bucket) {
  if (elevator->sweeps > 0 || elevator->head == 0)
    return;
  const uint32_t place = head_place(elevator, bucket);
  uint64_t passed = 0;
  uint64_t all = 0;
  for (uint32_t i = 0; i < HEAD_PLACES; i++) {
    passed += i < place ? elevator->head_counts[i] : 0;
    all += elevator->head_counts[i];
  }
  const double begin = (double)place * elevator->count / HEAD_PLACES;
  const double within = ((double)bucket + 1 - begin) * HEAD_PLACES / elevator->count;
  const double here = elevator->head_counts[place] * (within < 1 ? within : 1);
  elevator->swept = all > 0 ? ((double)passed + here) / (double)all : 1;
}

/* A sweep that finds no free cell stops, its cells full of records that are due later. The records
 * before them are forced, one by one, and the sweep gets a cell now and then: left alone, it would
 * never catch up. With less to bring on its way, it does. */
void elevator_sweep_ended(penstock_reader *reader) {
  elevator *elevator = &reader->elevator;
  const uint64_t most = reader->entries.capacity;
  const uint64_t less = elevator->horizon - elevator->horizon / SHRINK_PART;
  const uint64_t more = elevator->horizon + most / GROW_PART;
  if (elevator->lacked > elevator->horizon / LACK_PART)
    elevator->horizon = less > most / LEAST_PART ? less : most / LEAST_PART;
  else if (elevator->lacked == 0)
    elevator->horizon = more < most ? more : most;
  elevator->lacked = 0;
  elevator->sweeps++;
}

/* How far ahead of the oldest record the elevator may look, as a sequence number. During its first
 * sweep the horizon grows as the sweep gets on; otherwise the places passed first would fill
 * all cells with records that are due late. The head may be seen at once, so that there is
 * something to begin with, and so that this sweep brings all of the head that was not read by
 * itself. */
static uint64_t admission_limit(const penstock_reader *reader) {
  const elevator *elevator = &reader->elevator;
  const entry_ring *ring = &reader->entries;
  if (reader->options.windowed)
    return reader->windows.open;
  uint64_t limit = ring->taken + elevator->horizon;
  if (reader->options.cell_count > 0 && elevator->sweeps == 0) {
    const uint64_t part = (uint64_t)((double)elevator->horizon * elevator->swept);
    limit = ring->taken + (part > elevator->head ? part : elevator->head);
  }
  return limit < ring->ordered ? limit : ring->ordered;
}

/* Windows are taken on as a whole. */
static int has_byte_horizon(const penstock_reader *reader) {
  return reader->pool.count > 0 && !reader->options.windowed;
}

/* The same in bytes, for records of different sizes: entries that are taken on in the order's
 * sequence must not need more than this, except for the last one. */
static uint64_t admission_bytes(const penstock_reader *reader) {
  const elevator *elevator = &reader->elevator;
  if (!has_byte_horizon(reader))
    return UINT64_MAX;
  const double swept = elevator->swept > 1.0 / HEAD_PART ? elevator->swept : 1.0 / HEAD_PART;
  const double part = (double)elevator->horizon / reader->entries.capacity;
  return (uint64_t)((double)reader->options.horizon_bytes * part *
                    (elevator->sweeps > 0 ? 1 : swept));
}

int elevator_is_at_horizon(const penstock_reader *reader) {
  const elevator *elevator = &reader->elevator;
  const entry_ring *ring = &reader->entries;
  return elevator->sweeps > 0 && (ring->admitted >= ring->taken + elevator->horizon ||
                                  elevator->admitted_bytes >= admission_bytes(reader));
}

int elevator_is_giant(const penstock_reader *reader, uint32_t entry) {
  return reader->elevator.has_giants && cells_units(reader, entry) > reader->elevator.most_units;
}

static void count_head(elevator *elevator, uint64_t index) {
  elevator->head_counts[head_place(elevator, index >> elevator->shift)]++;
}

/* The size of a record that is taken on lies anywhere in a large table: to look it up costs more
 * than all else about it. The planner, which goes through the table in order, finds it for a tenth
 * of that. So where it makes little difference, some records stand for their neighbours in the
 * order. By chance the sum is off by sqrt(2^SAMPLE_LOG2 * longest / horizon) of itself at most (a
 * standard deviation; what varies most are records without bytes among those of the greatest
 * length), so by a sixteenth where this many of the longest ones are within the horizon. Records
 * that are cached are delivered without a planner. */
static uint32_t choose_sample(const penstock_reader *reader) {
  if (!has_byte_horizon(reader) || reader->elevator.has_giants || reader->cache.cached > 0)
    return 0;
  const uint64_t enough = (cells_longest_record(reader) << SAMPLE_LOG2) * SAMPLE_PARTS;
  return reader->options.horizon_bytes >= enough ? SAMPLE_LOG2 : 0;
}

void elevator_reset_admission(penstock_reader *reader) {
  elevator *elevator = &reader->elevator;
  elevator->reserve = elevator->kept = cells_reserve(reader);
  elevator->most_units = 1;
  elevator->has_giants = 0;
  if (reader->pool.count > 0) {
    const uint64_t left = reader->options.chunk_count - elevator->reserve;
    const uint64_t spare = reader->options.windowed ? 0 : left / SPARE_PART;
    elevator->kept += spare;
    elevator->most_units = left - spare;
    elevator->has_giants =
        chunks_for(&reader->pool, cells_longest_record(reader)) > elevator->most_units;
  }
  elevator->admitted_bytes = 0;
  elevator->sample_log2 = choose_sample(reader);
}

/* Counts an entry that is taken on, if it is one that is measured. */
static void measure(penstock_reader *reader, uint32_t entry) {
  elevator *elevator = &reader->elevator;
  const entry_ring *ring = &reader->entries;
  const uint64_t group = ring->admitted >> elevator->sample_log2;
  if (elevator_measured(elevator, group) != ring->admitted)
    return;
  const uint64_t near = elevator_measured(elevator, group + TABLES_AHEAD) - ring->admitted;
  const uint64_t far = elevator_measured(elevator, group + 2 * TABLES_AHEAD) - ring->admitted;
  const uint64_t left = ring->ordered - ring->admitted;
  cells_prefetch_tables(reader, entry_among(ring, entry, (uint32_t)near, left),
                        entry_among(ring, entry, (uint32_t)far, left));
  elevator->admitted_bytes +=
      elevator_counted(elevator, ring->admitted, cells_measure(reader, entry));
}

void elevator_admit(penstock_reader *reader) {
  entry_ring *ring = &reader->entries;
  const uint64_t limit = admission_limit(reader);
  if (ring->admitted >= limit)
    return;
  if (reader->options.windowed) {
    window_admit(reader, limit);
    return;
  }
  const int in_bytes = has_byte_horizon(reader);
  const uint64_t most_bytes = admission_bytes(reader);
  uint32_t entry = entry_at(ring, ring->admitted);
  for (; ring->admitted < limit; ring->admitted++) {
    if (in_bytes) {
      if (reader->elevator.admitted_bytes >= most_bytes)
        return;
      measure(reader, entry);
    }
    if (ring->admitted < reader->elevator.head)
      count_head(&reader->elevator, entry_index(ring, entry));
    /* An urgent read may have taken it on already. */
    if (entry_state(ring, entry) == ENTRY_PENDING &&
        !(cache_exists(&reader->cache) && cache_serve(reader, entry)) &&
        !elevator_is_giant(reader, entry))
      elevator_push(reader, entry);
    if (++entry == ring->capacity)
      entry = 0;
  }
}

void elevator_taken(penstock_reader *reader, uint64_t sequence, uint64_t bytes) {
  elevator *elevator = &reader->elevator;
  if (has_byte_horizon(reader) && sequence < reader->entries.admitted)
    elevator->admitted_bytes -= elevator_counted(elevator, sequence, bytes);
  if (sequence < elevator->head_next)
    elevator->head_units -= chunks_for(&reader->pool, bytes);
}

int elevator_has_room(const penstock_reader *reader, const visit *visit, uint64_t wanted) {
  const uint64_t kept = visit == &reader->elevator.urgent ? 0 : reader->elevator.kept;
  return wanted == 0 || cells_free(reader) >= wanted + kept;
}

uint64_t elevator_fit_reserve(const penstock_reader *reader, uint64_t begin, uint64_t end,
                              uint64_t *units) {
  if (reader->pool.count == 0)
    return end;
  for (uint64_t at = begin; at < end; at++) {
    const uint64_t more = cells_units(reader, entry_at(&reader->entries, at));
    if (*units + more > reader->elevator.reserve)
      return at;
    *units += more;
  }
  return end;
}

/* A sweep that begins when little of the order is known passes the first places almost for nothing.
 * So it waits until the order is full, or until the caller has time to wait. */
void elevator_open(penstock_reader *reader, int is_waiting) {
  if (is_waiting || order_room(reader) < reader->options.batch_size)
    reader->elevator.is_open = 1;
}
