/* Record tables: what is added is found again, to the byte, in little memory; what cannot be is
 * refused, and then nothing was added. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/table.h"
#include "support.h"

/* ---- a plain model ----------------------------------------------------------------------------
 */

typedef struct {
  uint32_t *files;
  uint64_t *offsets;
  uint64_t *lengths;
  uint64_t count;
} model;

static model new_model(uint64_t count) {
  model made = {.files = calloc(count + 1, sizeof *made.files),
                .offsets = calloc(count + 1, sizeof *made.offsets),
                .lengths = calloc(count + 1, sizeof *made.lengths),
                .count = count};
  CHECK(made.files && made.offsets && made.lengths);
  return made;
}

static void free_model(model *model) {
  free(model->files);
  free(model->offsets);
  free(model->lengths);
}

/* Adds all of a model in chunks of random sizes. */
static record_table *build(const model *model, uint64_t seed) {
  record_table *table = table_new();
  CHECK(table != NULL);
  for (uint64_t at = 0; at < model->count;) {
    uint64_t size = next_random(&seed) % 300;
    size = size < model->count - at ? size : model->count - at;
    CHECK_EQUAL(
        table_append(table, model->files + at, model->offsets + at, model->lengths + at, size), 0);
    at += size;
  }
  CHECK_EQUAL(table_seal(table), 0);
  CHECK_EQUAL(table->summary.record_count, model->count);
  return table;
}

static void check_same(const model *model, const record_table *table) {
  uint64_t total = 0;
  uint64_t longest = 0;
  for (uint64_t i = 0; i < model->count; i++) {
    const table_record found = table_find(table, i);
    CHECK_EQUAL(found.file, model->files[i]);
    CHECK_EQUAL(found.offset_bytes, model->offsets[i]);
    CHECK_EQUAL(found.length_bytes, model->lengths[i]);
    total += model->lengths[i];
    longest = model->lengths[i] > longest ? model->lengths[i] : longest;
  }
  CHECK_EQUAL(table->summary.total_bytes, total);
  CHECK_EQUAL(table->summary.longest_bytes, longest);
}

static double bytes_per_record(const record_table *table) {
  return (double)table_bytes(table) / (double)table->summary.record_count;
}

/* Lognormal lengths of this mean, with a standard deviation of the logarithm of 1: the longest of a
 * million is a hundred times as long as the median. */
static uint64_t lognormal(uint64_t *seed, double mean) {
  const double left = ((double)(next_random(seed) >> 11) + 1) / 9007199254740993.0;
  const double right = (double)(next_random(seed) >> 11) / 9007199254740992.0;
  const double normal = sqrt(-2 * log(left)) * cos(6.283185307179586 * right);
  return (uint64_t)(mean * exp(normal - 0.5));
}

/* ---- packing ----------------------------------------------------------------------------------
 */

typedef enum {
  SIDE_BY_SIDE,
  CONSTANT_GAPS,
  TAR,
  RANDOM_GAPS,
  A_FILE_EACH,
  SHARDS,
  BACKWARDS,
  THE_SAME,
  OVERLAPPING,
  ANYWHERE,
  ARRANGEMENTS
} arrangement;

static void arrange(model *model, arrangement arrangement, uint64_t *seed) {
  uint64_t at = next_random(seed) % 5000;
  for (uint64_t i = 0; i < model->count; i++) {
    const uint64_t length = model->lengths[i];
    model->files[i] = 7;
    model->offsets[i] = at;
    switch (arrangement) {
    case CONSTANT_GAPS:
      at += length + 16;
      break;
    case TAR:
      at += (length + 511) / 512 * 512 + 512;
      break;
    case RANDOM_GAPS:
      at += length + next_random(seed) % (length + 1);
      break;
    case A_FILE_EACH:
      model->files[i] = (uint32_t)i % (1 << TABLE_FILE_BITS);
      model->offsets[i] = 0;
      break;
    case SHARDS:
      model->files[i] = (uint32_t)(i / 1000);
      at = i % 1000 == 999 ? 0 : at + length;
      break;
    case BACKWARDS:
      model->offsets[i] = ((uint64_t)1 << 47) - at - length;
      at += length;
      break;
    case THE_SAME:
      break;
    case OVERLAPPING:
      at += length / 2;
      break;
    case ANYWHERE:
      model->files[i] = (uint32_t)(next_random(seed) % (1 << TABLE_FILE_BITS));
      model->offsets[i] = next_random(seed) % (((uint64_t)1 << TABLE_OFFSET_BITS) - length);
      break;
    default:
      at += length;
    }
  }
}

static uint64_t random_length(uint64_t *seed, uint32_t kind) {
  static const uint64_t edges[] = {0, 1, 511, 512, 513, (uint64_t)1 << 30, (uint64_t)1 << 40};
  switch (kind) {
  case 0:
    return 784;
  case 1:
    return lognormal(seed, 600);
  case 2:
    return edges[next_random(seed) % 5];
  case 3: /* a giant among dwarfs */
    return next_random(seed) % 97 == 0 ? edges[5] : next_random(seed) % 4;
  case 4:
    return next_random(seed) % 1000 == 0 ? edges[6] : next_random(seed) % 3000;
  default:
    return 0;
  }
}

static void whatever_is_added_is_found_again(void) {
  uint64_t seed = 11;
  for (uint32_t kind = 0; kind < 6; kind++)
    for (arrangement arrangement = 0; arrangement < ARRANGEMENTS; arrangement++)
      for (uint32_t size = 0; size < 9; size++) {
        static const uint64_t counts[] = {0, 1, 2, 63, 64, 65, 128, 1000, 7777};
        model model = new_model(counts[size]);
        for (uint64_t i = 0; i < model.count; i++)
          model.lengths[i] = random_length(&seed, kind);
        arrange(&model, arrangement, &seed);
        record_table *table = build(&model, seed);
        check_same(&model, table);
        table_free(table);
        free_model(&model);
      }
}

/* The most that a record may cost, by how records lie and how long they are on average. */
static void check_cost(arrangement arrangement, double mean, double most) {
  enum { COUNT = 100000 };
  uint64_t seed = 5;
  model model = new_model(COUNT);
  for (uint64_t i = 0; i < COUNT; i++)
    model.lengths[i] = lognormal(&seed, mean);
  arrange(&model, arrangement, &seed);
  record_table *table = build(&model, 1);
  printf("  arrangement %d, mean %.0f: %.2f bytes a record\n", (int)arrangement, mean,
         bytes_per_record(table));
  CHECK(bytes_per_record(table) <= most);
  table_free(table);
  free_model(&model);
}

static void a_record_costs_at_most_three_bytes_or_six_with_gaps(void) {
  const double means[] = {600, 6000, 100000};
  for (uint32_t i = 0; i < 3; i++) {
    check_cost(SIDE_BY_SIDE, means[i], 3);
    check_cost(CONSTANT_GAPS, means[i], 3);
    check_cost(SHARDS, means[i], 3);
    check_cost(A_FILE_EACH, means[i], 3.2);
    check_cost(TAR, means[i], 6);
    check_cost(RANDOM_GAPS, means[i], 6);
  }
}

/* They are lines: nothing but the heads of groups. */
static void records_of_one_size_cost_next_to_nothing(void) {
  model model = new_model(1 << 17);
  for (uint64_t i = 0; i < model.count; i++)
    model.lengths[i] = 784;
  uint64_t seed = 3;
  arrange(&model, SIDE_BY_SIDE, &seed);
  record_table *table = build(&model, 1);
  CHECK(bytes_per_record(table) < 0.33);
  table_free(table);
  free_model(&model);
}

static void ten_million_records(void) {
  enum { COUNT = 10000000, CHUNK = 1 << 16 };
  record_table *table = table_new();
  CHECK(table != NULL);
  static uint32_t files[CHUNK];
  static uint64_t offsets[CHUNK + 1];
  uint64_t seed = 99;
  for (uint64_t begin = 0; begin < COUNT; begin += CHUNK) {
    const uint64_t size = COUNT - begin < CHUNK ? COUNT - begin : CHUNK;
    offsets[0] = offsets[begin == 0 ? 0 : CHUNK];
    for (uint64_t i = 0; i < size; i++)
      offsets[i + 1] = offsets[i] + next_random(&seed) % 2000;
    CHECK_EQUAL(table_append(table, files, offsets, NULL, size), 0);
  }
  CHECK_EQUAL(table_seal(table), 0);
  printf("  %.2f bytes a record\n", bytes_per_record(table));
  CHECK(bytes_per_record(table) <= 3);
  seed = 99;
  uint64_t at = 0;
  for (uint64_t i = 0; i < COUNT; i++) {
    const table_record found = table_find(table, i);
    const uint64_t length = next_random(&seed) % 2000;
    if (found.offset_bytes != at || found.length_bytes != length)
      check_failed(__FILE__, __LINE__, "record", (int64_t)i, (int64_t)length);
    at += length;
  }
  table_free(table);
}

static void lengths_are_counted_by_powers_of_two(void) {
  const uint64_t lengths[] = {0, 0, 1, 2, 3, 4, 511, 512, 513, TABLE_MAX_LENGTH};
  const uint32_t files[10] = {0};
  const uint64_t offsets[10] = {0};
  record_table *table = table_new();
  CHECK_EQUAL(table_append(table, files, offsets, lengths, 10), 0);
  const uint64_t *counts = table->summary.length_counts;
  CHECK_EQUAL(counts[0], 2);
  CHECK_EQUAL(counts[1], 1);
  CHECK_EQUAL(counts[2], 2);
  CHECK_EQUAL(counts[3], 1);
  CHECK_EQUAL(counts[9], 1);
  CHECK_EQUAL(counts[10], 2);
  CHECK_EQUAL(counts[PENSTOCK_LENGTH_BUCKETS - 1], 1);
  CHECK_EQUAL(table->summary.least_bytes, 0);
  table_free(table);
}

/* ---- columns of a source -----------------------------------------------------------------------
 */

static penstock_source *source;
enum { FILE_BYTES = 10000 };

static void open_source(void) {
  source = new_source();
  for (uint32_t i = 0; i < 2; i++) {
    const char *path = make_file("table", FILE_BYTES, i);
    CHECK_EQUAL(add_file(source, path), i);
    unlink(path);
  }
}

static int32_t add_one(int32_t column, uint32_t file, uint64_t offset, uint64_t length) {
  return penstock_source_add_records(source, (uint32_t)column, &file, &offset, &length, 1);
}

static void a_column_tells_where_its_records_lie(void) {
  open_source();
  CHECK_EQUAL(penstock_source_add_variable_column(source), 0);
  const uint32_t files[] = {0, 0, 1};
  const uint64_t offsets[] = {100, 250, 0};
  const uint64_t lengths[] = {150, 0, FILE_BYTES};
  CHECK_EQUAL(penstock_source_add_records(source, 0, files, offsets, lengths, 2), 0);
  CHECK_EQUAL(penstock_source_add_records(source, 0, files + 2, offsets + 2, lengths + 2, 1), 0);
  const penstock_shard shard = {.offset_bytes = 8, .record_count = 3, .file = 1};
  CHECK_EQUAL(penstock_source_add_column(source, 100, &shard, 1), 1);
  CHECK_EQUAL(penstock_source_seal_column(source, 0), 0);
  uint32_t found_files[4];
  uint64_t found_offsets[4];
  uint64_t found_lengths[4];
  const int64_t indices[] = {2, 0, 1, 2};
  CHECK_EQUAL(
      penstock_source_locate(source, 0, indices, 4, found_files, found_offsets, found_lengths), 0);
  for (uint32_t i = 0; i < 4; i++) {
    CHECK_EQUAL(found_files[i], files[indices[i]]);
    CHECK_EQUAL(found_offsets[i], offsets[indices[i]]);
    CHECK_EQUAL(found_lengths[i], lengths[indices[i]]);
  }
  CHECK_EQUAL(penstock_source_locate(source, 1, indices, 4, NULL, found_offsets, found_lengths), 0);
  CHECK_EQUAL(found_offsets[0], 8 + 200);
  CHECK_EQUAL(found_lengths[0], 100);
  penstock_column_info info;
  CHECK_EQUAL(penstock_source_column(source, 0, &info), 0);
  CHECK_EQUAL(info.record_count, 3);
  CHECK_EQUAL(info.record_bytes, 0);
  CHECK_EQUAL(info.total_bytes, 150 + FILE_BYTES);
  CHECK_EQUAL(info.least_bytes, 0);
  CHECK_EQUAL(info.longest_bytes, FILE_BYTES);
  CHECK(info.table_bytes > 0 && info.table_bytes < 1000);
  CHECK_EQUAL(penstock_source_column(source, 1, &info), 0);
  CHECK_EQUAL(info.record_bytes, 100);
  CHECK_EQUAL(info.total_bytes, 300);
  CHECK_EQUAL(info.table_bytes, 0);
  uint64_t counts[PENSTOCK_LENGTH_BUCKETS];
  CHECK_EQUAL(penstock_source_lengths(source, 0, counts, 1), PENSTOCK_LENGTH_BUCKETS);
  CHECK_EQUAL(counts[0], 1);
  CHECK_EQUAL(penstock_source_lengths(source, 1, counts, PENSTOCK_LENGTH_BUCKETS),
              PENSTOCK_LENGTH_BUCKETS);
  CHECK_EQUAL(counts[6], 0);
  CHECK_EQUAL(counts[7], 3);
  close_source(source);
}

static void what_a_column_cannot_be_is_refused(void) {
  open_source();
  CHECK_EQUAL(penstock_source_add_variable_column(NULL), -EINVAL);
  const int32_t column = penstock_source_add_variable_column(source);
  CHECK_EQUAL(add_one(column, 0, FILE_BYTES, 0), 0);
  CHECK_EQUAL(add_one(column, 0, FILE_BYTES, 1), -ENODATA);
  CHECK_EQUAL(add_one(column, 0, FILE_BYTES + 1, 0), -ENODATA);
  CHECK_EQUAL(add_one(column, 0, UINT64_MAX, 2), -ENODATA);
  CHECK_EQUAL(add_one(column, 0, 0, UINT64_MAX), -EINVAL);
  CHECK_EQUAL(add_one(column, 2, 0, 1), -EINVAL);
  CHECK_EQUAL(add_one(column + 1, 0, 0, 1), -EINVAL);
  const uint32_t files[] = {0, 0, 0};
  const uint64_t falling[] = {5, 7, 6};
  CHECK_EQUAL(penstock_source_add_records(source, 0, files, falling, NULL, 2), -EINVAL);
  CHECK_EQUAL(penstock_source_add_records(source, 0, files, NULL, NULL, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_add_records(source, 0, NULL, falling, NULL, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_add_records(source, 0, NULL, NULL, NULL, 0), 0);
  int64_t index = 0;
  uint64_t length;
  CHECK_EQUAL(penstock_source_locate(source, 0, &index, 1, NULL, NULL, &length),
              -EINVAL); /* open */
  const penstock_shard shard = {.record_count = 2};
  CHECK_EQUAL(penstock_source_add_column(source, 10, &shard, 1), 1);
  CHECK_EQUAL(penstock_source_seal_column(source, 0), -ERANGE); /* one record, not two */
  CHECK_EQUAL(add_one(column, 1, 3, 4), 0);
  CHECK_EQUAL(penstock_source_seal_column(source, 0), 0);
  CHECK_EQUAL(penstock_source_seal_column(source, 0), -EINVAL);
  CHECK_EQUAL(penstock_source_seal_column(source, 1), -EINVAL);
  CHECK_EQUAL(add_one(column, 0, 0, 1), -EINVAL);
  CHECK_EQUAL(add_one(1, 0, 0, 1), -EINVAL);
  CHECK_EQUAL(penstock_source_add_column(source, 10, &shard, 0), -ERANGE);
  for (index = -1; index <= 2; index += 3)
    CHECK_EQUAL(penstock_source_locate(source, 0, &index, 1, NULL, NULL, &length), -EINVAL);
  index = 1;
  CHECK_EQUAL(penstock_source_locate(source, 0, &index, 1, NULL, NULL, &length), 0);
  CHECK_EQUAL(length, 4);
  penstock_column_info info;
  CHECK_EQUAL(penstock_source_column(source, 2, &info), -EINVAL);
  CHECK_EQUAL(penstock_source_lengths(source, 2, NULL, 0), -EINVAL);
  close_source(source);
}

static void records_of_a_variable_column_can_be_advised_about(void) {
  open_source();
  const int32_t column = penstock_source_add_variable_column(source);
  for (uint32_t i = 0; i < 20; i++)
    CHECK_EQUAL(add_one(column, i % 2, 100 * i, i), 0);
  const int64_t indices[] = {19, 0, 7};
  CHECK_EQUAL(penstock_source_advise(source, 0, indices, 3, PENSTOCK_ADVICE_WILLNEED), -EINVAL);
  CHECK_EQUAL(penstock_source_seal_column(source, 0), 0);
  CHECK_EQUAL(penstock_source_advise(source, 0, indices, 3, PENSTOCK_ADVICE_WILLNEED), 0);
  CHECK_EQUAL(penstock_source_advise(source, 0, NULL, 0, PENSTOCK_ADVICE_WILLNEED), 0);
  CHECK_EQUAL(penstock_source_hint(source, 0, indices, 0, 3), 0);
  close_source(source);
}

int main(void) {
  RUN(whatever_is_added_is_found_again);
  RUN(a_record_costs_at_most_three_bytes_or_six_with_gaps);
  RUN(records_of_one_size_cost_next_to_nothing);
  RUN(ten_million_records);
  RUN(lengths_are_counted_by_powers_of_two);
  RUN(a_column_tells_where_its_records_lie);
  RUN(what_a_column_cannot_be_is_refused);
  RUN(records_of_a_variable_column_can_be_advised_about);
  return 0;
}
