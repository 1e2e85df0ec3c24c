/* What one visit reads of a column in several files and shards, whose records may have gaps between
 * them, or overlap. Seen through a backend that writes down what it is asked for. */
#include <unistd.h>

#include "core/source.h"
#include "session.h"
#include "support.h"

/* Shards of records of 100 bytes. */
static penstock_source *make_shards(const penstock_shard *shards, uint32_t count, uint32_t files) {
  penstock_source *of;
  CHECK_EQUAL(penstock_source_open(&of), 0);
  for (uint32_t i = 0; i < files; i++) {
    const char *path = make_file("shards", 40000, i);
    penstock_file_info info;
    CHECK_EQUAL(penstock_source_add_file(of, path, &info), i);
    unlink(path);
  }
  CHECK_EQUAL(penstock_source_add_column(of, 100, shards, count), 0);
  return of;
}

static void read_shards(const int64_t *indices, uint32_t count) {
  CHECK_EQUAL(penstock_reader_order(reader, indices, count, slot), 0);
  drive_until_ready(count);
  penstock_failure failure;
  CHECK_EQUAL(penstock_reader_take(reader, count, slot, &failure), 0);
  for (uint32_t i = 0; i < count; i++) {
    const location at = source_locate(&source->columns[0], (uint64_t)indices[i], 0);
    for (uint32_t byte = 0; byte < 100; byte++)
      CHECK_EQUAL(column_in_slot(0)[i * 100 + byte], pattern(at.offset_bytes + byte, at.file));
  }
}

/* By their offsets the runs would join: the second file's begins where the first one's ends. */
static void a_run_never_crosses_files(void) {
  const penstock_shard shards[] = {
      {.offset_bytes = 0, .record_count = 100, .file = 0},
      {.offset_bytes = 10000, .record_count = 100, .file = 1},
      {.offset_bytes = 20000, .record_count = 100, .file = 0},
  };
  options = make_options(16);
  open_reader(make_shards(shards, 3, 2));
  read_shards((const int64_t[]){98, 99, 100, 101, 102, 199, 200}, 7);
  CHECK_EQUAL(recorded_count, 4);
  check_read(0, 9800, 200, 2);
  check_read(1, 10000, 300, 3);
  check_read(2, 19900, 100, 1);
  check_read(3, 20000, 100, 1);
  CHECK_EQUAL(recorded_reads[0].file, 0);
  CHECK_EQUAL(recorded_reads[1].file, 1);
  CHECK_EQUAL(recorded_reads[2].file, 1);
  CHECK_EQUAL(recorded_reads[3].file, 0);
  close_reader();
}

static void a_run_goes_on_into_a_shard_that_adjoins_in_the_same_file(void) {
  const penstock_shard shards[] = {
      {.offset_bytes = 500, .record_count = 10, .file = 0},
      {.offset_bytes = 1500, .record_count = 10, .file = 0},
      {.offset_bytes = 100, .record_count = 4, .file = 0}, /* before them: indices go up, */
  };                                                       /* offsets do not */
  options = make_options(32);
  options.merge_gap_bytes = 0;
  open_reader(make_shards(shards, 3, 1));
  read_shards((const int64_t[]){8, 9, 10, 11, 19, 20, 21}, 7);
  CHECK_EQUAL(recorded_count, 3);
  check_read(0, 1300, 400, 4);
  check_read(1, 2400, 100, 1);
  check_read(2, 100, 200, 2);
  close_reader();
}

/* As the fields of structured arrays lie: 100 bytes of each 160. */
static void records_with_gaps_are_cut_out_of_what_lies_around_them(void) {
  const penstock_shard shards[] = {
      {.offset_bytes = 30, .record_count = 100, .stride_bytes = 160, .file = 0},
      {.offset_bytes = 20001, .record_count = 50, .stride_bytes = 350, .file = 0},
  };
  options = make_options(32);
  options.merge_gap_bytes = 60;
  open_reader(make_shards(shards, 2, 1));
  read_shards((const int64_t[]){7, 3, 99, 4, 100, 101, 149, 5}, 8);
  CHECK_EQUAL(recorded_count, 6);
  check_read(0, 30 + 3 * 160, 420, 3);
  check_read(1, 30 + 7 * 160, 100, 1);
  check_read(2, 30 + 99 * 160, 100, 1);
  check_read(3, 20001, 100, 1); /* 350 apart: too far to join */
  check_read(4, 20351, 100, 1);
  check_read(5, 20001 + 49 * 350, 100, 1);
  close_reader();
}

/* As windows over a stream of tokens do. */
static void records_that_overlap_are_read_once(void) {
  const penstock_shard shard = {.offset_bytes = 8, .record_count = 300, .stride_bytes = 25};
  options = make_options(32);
  options.merge_gap_bytes = 0;
  open_reader(make_shards(&shard, 1, 1));
  read_shards((const int64_t[]){12, 10, 11, 10, 13, 200}, 6);
  CHECK_EQUAL(recorded_count, 2);
  check_read(0, 8 + 250, 175, 5);
  check_read(1, 8 + 5000, 100, 1);
  CHECK_EQUAL(statistics_now().bytes_wanted, 600);
  close_reader();
}

static void a_column_with_gaps_is_never_resident(void) {
  const penstock_shard shard = {.record_count = 100, .stride_bytes = 101};
  options = make_options(32);
  options.resident_bytes = 1 << 20;
  open_reader(make_shards(&shard, 1, 1));
  CHECK_EQUAL(statistics_now().bytes_read, 0);
  read_shards((const int64_t[]){99, 0}, 2);
  CHECK_EQUAL(statistics_now().bytes_read, 200);
  close_reader();
}

int main(void) {
  RUN(a_run_never_crosses_files);
  RUN(a_run_goes_on_into_a_shard_that_adjoins_in_the_same_file);
  RUN(records_with_gaps_are_cut_out_of_what_lies_around_them);
  RUN(records_that_overlap_are_read_once);
  RUN(a_column_with_gaps_is_never_resident);
  return 0;
}
