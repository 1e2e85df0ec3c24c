/* The record table of a column whose records differ in size: where each of them lies, in two or
 * three bytes a record where they lie one after another. */
#ifndef PENSTOCK_TABLE_H
#define PENSTOCK_TABLE_H

#include <stdint.h>

#include "core/common.h"
#include "core/group.h"
#include "penstock.h"

typedef struct {
  uint64_t record_count;
  uint64_t total_bytes;
  uint64_t least_bytes; /* UINT64_MAX while there is no record */
  uint64_t longest_bytes;
  uint64_t length_counts[PENSTOCK_LENGTH_BUCKETS];
} table_summary;

typedef struct record_table {
  uint64_t *words;     /* the groups, one after another */
  uint32_t *positions; /* of each group among the words */
  uint64_t word_count;
  uint64_t word_capacity;
  uint64_t group_count;
  uint64_t group_capacity;
  table_summary summary;
  table_group *open; /* NULL once the table is sealed */
} record_table;

/* The group of the last record that was looked up: those near it are found at half the cost. */
typedef struct {
  uint64_t group; /* its number + 1; 0: none yet */
  group_view view;
} table_cursor;

/* An empty table, or NULL: no memory. */
record_table *table_new(void);
void table_free(record_table *table);
/* Appends records, whose numbers are in range. Returns 0, or -ENOMEM or -EOVERFLOW: nothing was
 * appended. */
int32_t table_append(record_table *table, const uint32_t *files, const uint64_t *offsets,
                     const uint64_t *lengths, uint64_t count);
/* Packs the last group and frees the memory that is not needed. Returns 0 or -ENOMEM: it can be
 * called again. */
int32_t table_seal(record_table *table);
/* Of a sealed table. */
table_record table_find(const record_table *table, uint64_t index);
/* Loads what table_find will need into the processor's cache: first the position of the record's
 * group; once that is there, the group. */
void table_prefetch_position(const record_table *table, uint64_t index);
void table_prefetch_group(const record_table *table, uint64_t index);
/* What the table allocates. */
uint64_t table_bytes(const record_table *table);

/* Goes on to the group of a record. */
void table_move(const record_table *table, uint64_t index, table_cursor *cursor);

/* As table_find, where many records are looked up that lie near each other. A cursor begins as
 * zeros. */
static inline table_record table_find_near(const record_table *table, uint64_t index,
                                           table_cursor *cursor) {
  PENSTOCK_ASSERT(index < table->summary.record_count);
  if (cursor->group != index / TABLE_GROUP + 1)
    table_move(table, index, cursor);
  return group_record(&cursor->view, index % TABLE_GROUP);
}

#endif
