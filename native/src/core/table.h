/* The record table of a column whose records differ in size: where each of them lies, in two or
 * three bytes a record where they lie one after another. */
#ifndef PENSTOCK_TABLE_H
#define PENSTOCK_TABLE_H

#include <stdint.h>

#include "penstock.h"

/* Records are packed in groups of this many; each group is decoded by itself. */
enum { TABLE_GROUP = 64 };

/* Offsets need 48 bits, lengths 41, files 20. */
#define TABLE_OFFSET_BITS 48
#define TABLE_FILE_BITS 20
#define TABLE_MAX_LENGTH ((uint64_t)1 << 40)

/* Records that wait for their group to be complete. */
typedef struct {
  uint64_t offsets[TABLE_GROUP];
  uint64_t lengths[TABLE_GROUP];
  uint32_t files[TABLE_GROUP];
  uint32_t count;
} table_group;

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

typedef struct {
  uint64_t offset_bytes;
  uint64_t length_bytes;
  uint32_t file;
} table_record;

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

/* Packing of one group: group.c. Writes at most GROUP_MAX_WORDS words; returns how many. */
#define GROUP_MAX_WORDS 128
uint32_t group_pack(const table_group *group, uint64_t *words);
/* Record number k of a packed group of `count`. May look at two words behind the group. */
table_record group_find(const uint64_t *words, uint32_t count, uint32_t k);

#endif
