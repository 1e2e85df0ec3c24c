/* A record table: groups of 64 records, packed one after another as they come (group.c), and where
 * each group begins. It is built by appending, and does not change once it is sealed, so readers
 * share it. It knows nothing about files. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/common.h"
#include "core/table.h"

/* Memory grows by this part of itself. */
#define GROWTH_PART 4
#define LEAST_WORDS 1024
#define LEAST_GROUPS 64

record_table *table_new(void) {
  record_table *table = calloc(1, sizeof *table);
  if (!table)
    return NULL;
  table->open = calloc(1, sizeof *table->open);
  if (!table->open) {
    free(table);
    return NULL;
  }
  table->summary.least_bytes = UINT64_MAX;
  return table;
}

void table_free(record_table *table) {
  if (!table)
    return;
  free(table->open);
  free(table->positions);
  free(table->words);
  free(table);
}

uint64_t table_bytes(const record_table *table) {
  return sizeof *table + (table->open ? sizeof *table->open : 0) +
         table->word_capacity * sizeof *table->words +
         table->group_capacity * sizeof *table->positions;
}

/* Returns 0 or -ENOMEM: all is as it was. */
static int32_t grow(record_table *table) {
  if (table->group_count == table->group_capacity) {
    const uint64_t capacity =
        table->group_capacity + table->group_capacity / GROWTH_PART + LEAST_GROUPS;
    uint32_t *positions = realloc(table->positions, capacity * sizeof *positions);
    if (!positions)
      return -ENOMEM;
    table->positions = positions;
    table->group_capacity = capacity;
  }
  if (table->word_count + GROUP_MAX_WORDS > table->word_capacity) {
    const uint64_t capacity =
        table->word_capacity + table->word_capacity / GROWTH_PART + LEAST_WORDS;
    uint64_t *words = realloc(table->words, capacity * sizeof *words);
    if (!words)
      return -ENOMEM;
    table->words = words;
    table->word_capacity = capacity;
  }
  return 0;
}

static int32_t pack_open_group(record_table *table) {
  const int32_t status = grow(table);
  if (status < 0)
    return status;
  if (table->word_count > UINT32_MAX)
    return -EOVERFLOW;
  table->positions[table->group_count++] = (uint32_t)table->word_count;
  table->word_count += group_pack(table->open, table->words + table->word_count);
  table->open->count = 0;
  return 0;
}

static int32_t append_one(record_table *table, uint32_t file, uint64_t offset, uint64_t length) {
  if (table->open->count == TABLE_GROUP) {
    const int32_t status = pack_open_group(table);
    if (status < 0)
      return status;
  }
  table_summary *summary = &table->summary;
  if (__builtin_add_overflow(summary->total_bytes, length, &summary->total_bytes))
    return -EOVERFLOW;
  table_group *group = table->open;
  group->files[group->count] = file;
  group->offsets[group->count] = offset;
  group->lengths[group->count++] = length;
  summary->record_count++;
  summary->least_bytes = length < summary->least_bytes ? length : summary->least_bytes;
  summary->longest_bytes = length > summary->longest_bytes ? length : summary->longest_bytes;
  summary->length_counts[length == 0 ? 0 : 64 - __builtin_clzll(length)]++;
  return 0;
}

int32_t table_append(record_table *table, const uint32_t *files, const uint64_t *offsets,
                     const uint64_t *lengths, uint64_t count) {
  const table_group open = *table->open;
  const table_summary summary = table->summary;
  const uint64_t word_count = table->word_count;
  const uint64_t group_count = table->group_count;
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t length = lengths ? lengths[i] : offsets[i + 1] - offsets[i];
    const int32_t status = append_one(table, files[i], offsets[i], length);
    if (status < 0) {
      *table->open = open;
      table->summary = summary;
      table->word_count = word_count;
      table->group_count = group_count;
      return status;
    }
  }
  return 0;
}

int32_t table_seal(record_table *table) {
  if (table->open->count > 0) {
    const int32_t status = pack_open_group(table);
    if (status < 0)
      return status;
  }
  free(table->open);
  table->open = NULL;
  /* A lookup looks at two words more. Giving memory back may fail: then it is kept. */
  if (table->word_count > 0) {
    table->words[table->word_count] = table->words[table->word_count + 1] = 0;
    uint64_t *words = realloc(table->words, (table->word_count + 2) * sizeof *words);
    if (words) {
      table->words = words;
      table->word_capacity = table->word_count + 2;
    }
    uint32_t *positions = realloc(table->positions, table->group_count * sizeof *positions);
    if (positions) {
      table->positions = positions;
      table->group_capacity = table->group_count;
    }
  }
  return 0;
}

/* How many records a group has: only the last one may have fewer than the others. */
static uint32_t group_count(const record_table *table, uint64_t group) {
  const uint64_t rest = table->summary.record_count - group * TABLE_GROUP;
  return rest < TABLE_GROUP ? (uint32_t)rest : TABLE_GROUP;
}

table_record table_find(const record_table *table, uint64_t index) {
  PENSTOCK_ASSERT(!table->open && index < table->summary.record_count);
  const uint64_t group = index / TABLE_GROUP;
  return group_find(table->words + table->positions[group], group_count(table, group),
                    index % TABLE_GROUP);
}

void table_move(const record_table *table, uint64_t index, table_cursor *cursor) {
  PENSTOCK_ASSERT(!table->open);
  const uint64_t group = index / TABLE_GROUP;
  cursor->group = group + 1;
  group_open(&cursor->view, table->words + table->positions[group], group_count(table, group));
}

void table_prefetch_position(const record_table *table, uint64_t index) {
  __builtin_prefetch(&table->positions[index / TABLE_GROUP]);
}

void table_prefetch_group(const record_table *table, uint64_t index) {
  const uint64_t *words = table->words + table->positions[index / TABLE_GROUP];
  __builtin_prefetch(words);
  /* Where the record itself lies in its group is a guess: groups have some 150 bytes. */
  __builtin_prefetch(words + 2 + index % TABLE_GROUP * 20 / 64);
}
