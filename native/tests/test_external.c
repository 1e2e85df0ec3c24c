/* Reads that the caller carries out: answered out of order, late, short, with errors, twice, and
 * never. Records come out right, in order; memory is not given up while anybody may write to it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "carrier.h"
#include "core/reader.h"
#include "support.h"

enum { COUNT = 3000 };

static penstock_source *source;
static penstock_reader *reader;
static penstock_reader_options options;
static uint64_t offsets[PENSTOCK_MAX_COLUMNS];
static uint64_t slot_bytes;
static uint64_t slot;

static carrier caller;
static uint64_t seed;

static void open_reader(void) {
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), 0);
  CHECK_EQUAL(
      penstock_slot_layout(source, options.batch_size, options.value_bytes, offsets, &slot_bytes),
      0);
  CHECK_EQUAL(penstock_memory_allocate(slot_bytes, 0, &slot), 0);
  caller = start_carrier(reader, &options, seed);
}

static void close_reader(void) {
  CHECK_EQUAL(penstock_reader_close(reader), 0);
  CHECK_EQUAL(penstock_memory_free(slot, slot_bytes), 0);
  close_source(source);
}

static void read_all(const int64_t *indices, uint32_t count) {
  uint32_t ordered = 0;
  const int has_cells = options.cell_count > 0 || options.chunk_count > 0;
  for (uint32_t taken = 0; taken < count;) {
    uint32_t size = count - taken < options.batch_size ? count - taken : options.batch_size;
    while (ordered < count && (has_cells || ordered == taken)) {
      const uint32_t more =
          count - ordered < options.batch_size ? count - ordered : options.batch_size;
      if (penstock_reader_order(reader, indices + ordered, more, has_cells ? 0 : slot) < 0)
        break;
      ordered += more;
    }
    size = carry_until_ready(&caller, size);
    penstock_failure failure;
    CHECK_EQUAL(penstock_reader_take(reader, size, slot, &failure), 0);
    for (uint32_t i = 0; i < source->column_count; i++)
      check_column(source, i, (const uint8_t *)(uintptr_t)slot, offsets[i], indices + taken,
                   failure.taken);
    taken += failure.taken;
  }
}

static void choose_options(int with_cells) {
  options = make_options(40);
  options.backend = PENSTOCK_BACKEND_EXTERNAL;
  options.queue_depth = 1 + (uint32_t)(next_random(&seed) % 60);
  options.adapt = (uint32_t)(next_random(&seed) % 8);
  options.cell_count = with_cells ? 400 : 0;
  options.entry_count = with_cells ? 700 : 40;
}

static void whoever_reads_in_any_order_gets_records_in_theirs(void) {
  for (column_kind kind = OF_ONE_SIZE; kind < COLUMN_KINDS; kind++)
    for (uint32_t round = 0; round < 8; round++) {
      seed = 100 * round + (uint32_t)kind + 1;
      choose_options(round % 2);
      kind_of_columns = kind;
      source = make_source((const uint64_t[]){round < 4 ? 300 : 9000, 8, 0}, COUNT / 4);
      adapt_options(source, &options);
      open_reader();
      caller.error_percent = round % 4 == 3 ? 0 : 10;
      options.resident_bytes = 0;
      int64_t *indices = make_shuffled(COUNT / 4, round + 1);
      read_all(indices, COUNT / 4);
      read_all(indices, COUNT / 4);
      free(indices);
      close_reader();
    }
  kind_of_columns = OF_ONE_SIZE;
}

/* Small columns are read through the caller, too. */
static void resident_columns_are_loaded(void) {
  for (column_kind kind = OF_ONE_SIZE; kind < COLUMN_KINDS; kind++) {
    seed = 5;
    choose_options(1);
    kind_of_columns = kind;
    options.resident_bytes = 8 * COUNT;
    source = make_source((const uint64_t[]){100, 8, 0}, COUNT);
    adapt_options(source, &options);
    open_reader();
    int64_t *indices = make_shuffled(COUNT, 3);
    read_all(indices, COUNT);
    free(indices);
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

/* A folder of small files, which this library never opens: a request for each, and one for those
 * that have nothing in them. */
static void objects_are_never_opened(void) {
  enum { FILES = 500 };
  seed = 9;
  choose_options(0);
  source = new_source();
  const uint32_t before = count_descriptors();
  uint32_t files[FILES];
  uint64_t begins[FILES] = {0};
  uint64_t lengths[FILES];
  for (uint32_t i = 0; i < FILES; i++) {
    files[i] = i;
    lengths[i] = next_random(&seed) % 3000 * (next_random(&seed) % 5 != 0);
    CHECK_EQUAL(penstock_source_add_object(source, lengths[i]), i);
  }
  CHECK_EQUAL(count_descriptors(), before);
  CHECK_EQUAL(penstock_source_add_variable_column(source), 0);
  CHECK_EQUAL(penstock_source_add_records(source, 0, files, begins, lengths, FILES), 0);
  CHECK_EQUAL(penstock_source_seal_column(source, 0), 0);
  options.value_bytes = 40 * 3008;
  penstock_failure failure;
  uint64_t number;
  CHECK_EQUAL(penstock_source_check(source, &failure), 0);
  CHECK_EQUAL(penstock_source_cached(source, 0, &number, &number), -EINVAL);
  CHECK_EQUAL(penstock_source_map(source, 0, &number, &number), -EINVAL);
  CHECK_EQUAL(penstock_source_missing(source, 0, 0, 0, &number), -EINVAL);
  CHECK_EQUAL(penstock_source_populate(source, 0, 0, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, PENSTOCK_ADVICE_WILLNEED), 0);
  for (uint32_t backend = PENSTOCK_BACKEND_URING; backend <= PENSTOCK_BACKEND_PREAD; backend++) {
    options.backend = backend;
    CHECK_EQUAL(penstock_backend_probe(source, backend, PENSTOCK_IO_BUFFERED, &failure), -EINVAL);
    CHECK_EQUAL(penstock_reader_open(source, &options, &reader), -EINVAL);
  }
  options.backend = PENSTOCK_BACKEND_EXTERNAL;
  options.io = PENSTOCK_IO_DIRECT;
  CHECK_EQUAL(penstock_backend_probe(source, options.backend, options.io, &failure), -EINVAL);
  CHECK_EQUAL(penstock_reader_open(source, &options, &reader), -EINVAL);
  options.io = PENSTOCK_IO_BUFFERED;
  CHECK_EQUAL(penstock_backend_probe(source, options.backend, options.io, &failure), 0);
  open_reader();
  /* The model of a file is its number: check_column takes the column's. So bytes are looked at
   * here. */
  int64_t *indices = make_shuffled(FILES, 3);
  for (uint32_t at = 0; at + 40 <= FILES; at += 40) {
    CHECK_EQUAL(penstock_reader_order(reader, indices + at, 40, slot), 0);
    CHECK_EQUAL(carry_until_ready(&caller, 40), 40);
    CHECK_EQUAL(penstock_reader_take(reader, 40, slot, &failure), 0);
    const int64_t *values = (const int64_t *)(uintptr_t)(slot + offsets[0]);
    for (uint32_t i = 0; i < 40; i++) {
      CHECK_EQUAL(values[2 + i] - values[1 + i], lengths[indices[at + i]]);
      const uint8_t *record = (const uint8_t *)(uintptr_t)slot + values[0] + values[1 + i];
      for (uint64_t byte = 0; byte < lengths[indices[at + i]]; byte++)
        CHECK_EQUAL(record[byte], pattern(byte, (uint32_t)indices[at + i]));
    }
  }
  free(indices);
  close_reader();
}

/* Whatever lies behind some offset fails, and nothing else does. */
static void errors_fail_their_own_records(void) {
  for (column_kind kind = OF_ONE_SIZE; kind < COLUMN_KINDS; kind++)
    for (int with_cells = 0; with_cells <= 1; with_cells++) {
      seed = 77;
      choose_options(with_cells);
      kind_of_columns = kind;
      source = make_source((const uint64_t[]){200, 0}, 400);
      adapt_options(source, &options);
      open_reader();
      caller.dead_from = 40000;
      for (int64_t at = 0; at < 400; at += 10) {
        int64_t indices[10];
        for (int64_t i = 0; i < 10; i++)
          indices[i] = at + i;
        CHECK_EQUAL(penstock_reader_order(reader, indices, 10, with_cells ? 0 : slot), 0);
        for (uint32_t taken = 0; taken < 10;) {
          penstock_failure failure;
          const uint32_t size = carry_until_ready(&caller, 10 - taken);
          const int32_t status = penstock_reader_take(reader, size, slot, &failure);
          int32_t expected = 0;
          for (uint32_t i = taken; i < taken + failure.taken; i++) {
            uint64_t begin;
            uint64_t length;
            CHECK_EQUAL(penstock_source_locate(source, 0, &indices[i], 1, NULL, &begin, &length),
                        0);
            if (length > 0 && begin + length > caller.dead_from)
              expected = -EIO;
          }
          CHECK_EQUAL(status, expected);
          if (expected == 0)
            check_column(source, 0, (const uint8_t *)(uintptr_t)slot, offsets[0], indices + taken,
                         failure.taken);
          taken += failure.taken;
        }
      }
      close_reader();
    }
  kind_of_columns = OF_ONE_SIZE;
}

/* The caller may still be writing to the memory of a request: nothing is freed before its answer.
 */
static void nothing_ends_while_requests_are_out(void) {
  for (column_kind kind = OF_ONE_SIZE; kind < COLUMN_KINDS; kind++) {
    seed = 31;
    choose_options(1);
    kind_of_columns = kind;
    options.queue_depth = 20;
    source = make_source((const uint64_t[]){5000, 0}, COUNT / 10);
    adapt_options(source, &options);
    open_reader();
    int64_t *indices = make_shuffled(COUNT / 10, 1);
    for (uint32_t round = 0; round < 3; round++) {
      CHECK_EQUAL(penstock_reader_order(reader, indices, 200, 0), 0);
      penstock_progress progress;
      CHECK_EQUAL(penstock_reader_drive(reader, 1, UINT64_MAX, &progress), 0);
      CHECK(progress.in_flight > 0);
      take_requests(&caller, round == 2 ? 0 : 3); /* what is not handed out is forgotten at once */
      if (round < 2)
        CHECK_EQUAL(penstock_reader_reset(reader), -EBUSY);
      const penstock_request late = caller.out[0];
      while (caller.out_count > 1) {
        answer_one(&caller);
        CHECK_EQUAL(penstock_reader_reset(reader), -EBUSY);
      }
      if (round == 1) {
        CHECK_EQUAL(penstock_reader_close(reader), -EBUSY);
        CHECK_EQUAL(penstock_source_close(source), -EBUSY);
      }
      answer_all(&caller);
      CHECK_EQUAL(penstock_reader_reset(reader), 0);
      CHECK_EQUAL(penstock_reader_complete(reader, late.id, 0), -EINVAL);
      CHECK_EQUAL(penstock_reader_drive(reader, 0, 0, &progress), 0);
      CHECK_EQUAL(progress.ordered, 0);
    }
    read_all(indices, COUNT / 10);
    free(indices);
    close_reader();
  }
  kind_of_columns = OF_ONE_SIZE;
}

static void other_backends_have_nothing_to_hand_out(void) {
  source = make_source((const uint64_t[]){100, 0}, 10);
  options = make_options(5);
  open_reader();
  penstock_request request;
  CHECK_EQUAL(penstock_reader_poll(reader, &request, 1), -EINVAL);
  CHECK_EQUAL(penstock_reader_complete(reader, 0, 0), -EINVAL);
  CHECK_EQUAL(penstock_reader_poll(NULL, &request, 1), -EINVAL);
  CHECK_EQUAL(penstock_reader_complete(NULL, 0, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_add_object(NULL, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_add_object(source, UINT64_MAX), -EINVAL);
  close_reader();
  choose_options(0);
  source = make_source((const uint64_t[]){100, 0}, 10);
  open_reader();
  CHECK_EQUAL(penstock_reader_poll(reader, NULL, 1), -EINVAL);
  CHECK_EQUAL(penstock_reader_poll(reader, NULL, 0), 0);
  CHECK_EQUAL(penstock_reader_complete(reader, 0, 0), -EINVAL); /* not out */
  CHECK_EQUAL(penstock_reader_complete(reader, UINT64_MAX, 0), -EINVAL);
  close_reader();
}

int main(void) {
  RUN(whoever_reads_in_any_order_gets_records_in_theirs);
  RUN(resident_columns_are_loaded);
  RUN(objects_are_never_opened);
  RUN(errors_fail_their_own_records);
  RUN(nothing_ends_while_requests_are_out);
  RUN(other_backends_have_nothing_to_hand_out);
  return 0;
}
