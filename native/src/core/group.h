/* A group of a record table, packed: group.c tells how. */
#ifndef PENSTOCK_GROUP_H
#define PENSTOCK_GROUP_H

#include <stdint.h>

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
  uint64_t offset_bytes;
  uint64_t length_bytes;
  uint32_t file;
} table_record;

/* What a packed group begins with, taken apart. */
typedef struct {
  const uint64_t *words;
  uint64_t offset;
  uint64_t slope;       /* of offsets; two's complement */
  uint64_t length_base; /* of a chain: the gap */
  uint64_t file;
  uint32_t at;       /* where deviations of offsets begin, in bits */
  uint32_t width;    /* of each */
  uint32_t shift;    /* bits that they are packed without */
  uint32_t is_loose; /* not a chain: then lengths and files follow */
  uint64_t
      jump; /* of a chain: records from number `split` on lie so much farther, in another file */
  uint64_t split_file;
  uint32_t split;
  uint32_t lengths_at;
  uint32_t length_width;
  uint32_t files_at;
  uint32_t file_width;
  uint64_t file_slope;
} group_view;

/* Writes at most GROUP_MAX_WORDS words; returns how many. */
#define GROUP_MAX_WORDS 128
uint32_t group_pack(const table_group *group, uint64_t *words);
/* Record number k of a packed group of `count`. May look at two words behind the group. */
table_record group_find(const uint64_t *words, uint32_t count, uint32_t k);
/* The same in two steps, for many records of one group. */
void group_open(group_view *view, const uint64_t *words, uint32_t count);

static inline uint64_t group_bits(const uint64_t *words, uint32_t at, uint32_t width) {
  const uint64_t *word = words + (at >> 6);
  const uint32_t shift = at & 63;
  /* In two steps, as a shift by 64 is none. */
  const uint64_t value = word[0] >> shift | word[1] << 1 << (63 - shift);
  return value & (((uint64_t)1 << width) - 1);
}

static inline table_record group_loose_record(const group_view *view, uint32_t k, uint64_t along) {
  const uint64_t file =
      view->file + view->file_slope * k +
      group_bits(view->words, view->files_at + view->file_width * k, view->file_width);
  return (table_record){
      .offset_bytes = (view->offset + along) & (((uint64_t)1 << TABLE_OFFSET_BITS) - 1),
      .length_bytes =
          view->length_base +
          group_bits(view->words, view->lengths_at + view->length_width * k, view->length_width),
      .file = file & ((UINT32_C(1) << TABLE_FILE_BITS) - 1),
  };
}

static inline table_record group_record(const group_view *view, uint32_t k) {
  const uint32_t at = view->at + view->width * k;
  const uint64_t here = view->slope * k + group_bits(view->words, at, view->width);
  if (view->is_loose)
    return group_loose_record(view, k, here << view->shift);
  const uint64_t next =
      view->slope * (k + 1) + group_bits(view->words, at + view->width, view->width);
  const int is_behind = k >= view->split;
  const uint64_t along = (here << view->shift) + (is_behind ? view->jump : 0);
  return (table_record){
      .offset_bytes = (view->offset + along) & (((uint64_t)1 << TABLE_OFFSET_BITS) - 1),
      .length_bytes = ((next - here) << view->shift) - view->length_base,
      .file = (uint32_t)(is_behind ? view->split_file : view->file),
  };
}

#endif
