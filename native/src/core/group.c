/* One group of a record table: the offsets, lengths and files of up to 64 records, each packed as
 *
 *   value[k] = base + slope * k + deviation[k]
 *
 * with deviations of as many bits as the largest of them needs (frame of reference with linear
 * prediction). Where a group is a straight line, as the files of a folder, that is no bit at all.
 * Records that lie one after another, at a constant gap, need no lengths: a length is the distance
 * to the next offset, less the gap. Then the offset behind the last record is packed, too. Where a
 * file ends in the middle of a group, the records behind it are packed as if they lay in it, with
 * the distance to where they do lie.
 *
 * A packed group begins with two to four words of numbers, and its deviations follow:
 *
 *   chained     offset base 48, offset width 6, shift 6, 0, split?
 *               offset slope 30, gap 14, file 20
 *   if split    jump 48
 *               first record behind it 6, its file 20
 *   not chained offset base 48, offset width 6, shift 6, 1
 *               offset slope 44, file base 20
 *               length base 41, length width 6, file width 5, file slope 12
 *
 * (bits, lowest first; slopes of two's complement but for the first). Offsets whose differences are
 * multiples of a power of two, as those of a tar archive, are packed without these low bits. All
 * sums are modulo the size of the number, so a base may lie anywhere. */
#include <string.h>

#include "core/common.h"
#include "core/group.h"

#define MASK(bits) (((uint64_t)1 << (bits)) - 1)

#define SHIFT_BITS 6
#define WIDTH_BITS 6
#define LENGTH_BITS 41
#define FILE_WIDTH_BITS 5
#define FILE_SLOPE_BITS 12
#define CHAIN_SLOPE_BITS 30
#define CHAIN_GAP_BITS 14
#define SLOPE_BITS 44
#define IS_LOOSE ((uint64_t)1 << 60)
#define IS_SPLIT ((uint64_t)1 << 61)
#define SPLIT_BITS 6
/* Where deviations begin, in bits. */
#define CHAIN_AT 128
#define SPLIT_AT 256
#define LOOSE_AT 192
#define MAX_SHIFT 20
/* Steps of the search for the best slope: each leaves two thirds of the range. */
#define SLOPE_STEPS 9

/* A line below the values: value[k] = base + slope * k + deviation[k]. */
typedef struct {
  int64_t slope;
  int64_t base;
  uint64_t range; /* the largest deviation */
} line;

static uint32_t width_of(uint64_t range) {
  return range == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(range);
}

static line line_of(const int64_t *values, uint32_t count, int64_t slope) {
  int64_t least = values[0];
  int64_t most = values[0];
  int64_t predicted = 0;
  for (uint32_t k = 1; k < count; k++) {
    predicted += slope;
    const int64_t deviation = values[k] - predicted;
    least = deviation < least ? deviation : least;
    most = deviation > most ? deviation : most;
  }
  return (line){.slope = slope, .base = least, .range = (uint64_t)(most - least)};
}

/* The range is a convex function of the slope, and farther from the line between the first and the
 * last value than their own range allows it only grows. */
static line fit_line(const int64_t *values, uint32_t count, int64_t least_slope,
                     int64_t most_slope) {
  line best = line_of(values, count, 0);
  if (count < 2 || best.range == 0)
    return best;
  const int64_t chord = (values[count - 1] - values[0]) / (int64_t)(count - 1);
  const line first = line_of(values, count, chord);
  const int64_t reach = (int64_t)(first.range / (count - 1)) + 1;
  int64_t low = chord - reach > least_slope ? chord - reach : least_slope;
  int64_t high = chord + reach < most_slope ? chord + reach : most_slope;
  if (chord >= least_slope && chord <= most_slope && first.range < best.range)
    best = first;
  for (uint32_t step = 0; step < SLOPE_STEPS && high > low; step++) {
    const int64_t third = (high - low) / 3;
    const line left = line_of(values, count, low + third);
    const line right = line_of(values, count, high - third);
    if (left.range < right.range)
      high = right.slope - 1;
    else
      low = left.slope + 1;
    best = left.range < best.range ? left : best;
    best = right.range < best.range ? right : best;
  }
  return best;
}

static void put_bits(uint64_t *words, uint64_t at, uint32_t width, uint64_t value) {
  const uint32_t shift = at & 63;
  words[at >> 6] |= value << shift;
  if (shift + width > 64)
    words[(at >> 6) + 1] |= value >> 1 >> (63 - shift);
}

static uint64_t put_deviations(uint64_t *words, uint64_t at, const int64_t *values, uint32_t count,
                               const line *line) {
  const uint32_t width = width_of(line->range);
  if (width == 0)
    return at;
  for (uint32_t k = 0; k < count; k++, at += width)
    put_bits(words, at, width, (uint64_t)(values[k] - line->base - line->slope * k));
  return at;
}

/* The low bits that the differences of all offsets do not have. */
static uint32_t common_shift(const uint64_t *offsets, uint32_t count) {
  uint64_t any = 0;
  for (uint32_t k = 1; k < count; k++)
    any |= offsets[k] - offsets[0];
  const uint32_t shift = any == 0 ? 0 : (uint32_t)__builtin_ctzll(any);
  return shift < MAX_SHIFT ? shift : MAX_SHIFT;
}

static void shift_offsets(const uint64_t *offsets, uint32_t count, uint32_t shift,
                          int64_t *values) {
  for (uint32_t k = 0; k < count; k++) /* differences are multiples of 1 << shift: exact */
    values[k] = ((int64_t)offsets[k] - (int64_t)offsets[0]) / ((int64_t)1 << shift);
}

/* Records that follow each other at one gap; from `split` on, perhaps, at another place, where the
 * next file begins. `offsets` is where they would lie without that jump, with where a record behind
 * the last one would begin. */
typedef struct {
  uint64_t gap;
  uint64_t offsets[TABLE_GROUP + 1];
  uint64_t jump;
  uint32_t split; /* 0: there is no jump */
} chain;

/* Whether the records of a group are a chain. */
static int find_chain(const table_group *group, chain *chain) {
  const uint32_t count = group->count;
  int is_gap_known = 0;
  chain->split = 0;
  chain->gap = 0;
  for (uint32_t k = 1; k < count; k++) {
    const uint64_t gap = group->offsets[k] - group->offsets[k - 1] - group->lengths[k - 1];
    if (group->files[k] == group->files[k - 1] && gap <= MASK(CHAIN_GAP_BITS) &&
        (!is_gap_known || gap == chain->gap)) {
      chain->gap = gap;
      is_gap_known = 1;
    } else if (chain->split == 0) {
      chain->split = k;
    } else {
      return 0;
    }
  }
  chain->offsets[0] = group->offsets[0];
  for (uint32_t k = 0; k < count; k++)
    chain->offsets[k + 1] = chain->offsets[k] + group->lengths[k] + chain->gap;
  chain->jump = group->offsets[chain->split] - chain->offsets[chain->split];
  return 1;
}

static uint64_t first_word(const uint64_t *offsets, const line *line, uint32_t shift) {
  const uint64_t base = offsets[0] + ((uint64_t)line->base << shift);
  return (base & MASK(TABLE_OFFSET_BITS)) | (uint64_t)width_of(line->range) << TABLE_OFFSET_BITS |
         (uint64_t)shift << (TABLE_OFFSET_BITS + WIDTH_BITS);
}

/* Returns the number of words, or 0: it is too steep. */
static uint32_t pack_chained(const table_group *group, const chain *chain, uint64_t *words) {
  int64_t values[TABLE_GROUP + 1];
  const uint32_t count = group->count + 1;
  const uint32_t shift = common_shift(chain->offsets, count);
  shift_offsets(chain->offsets, count, shift, values);
  const line offsets = fit_line(values, count, 0, MASK(CHAIN_SLOPE_BITS));
  if (values[count - 1] / group->count > (int64_t)MASK(CHAIN_SLOPE_BITS))
    return 0;
  words[0] = first_word(chain->offsets, &offsets, shift);
  words[1] = (uint64_t)offsets.slope | chain->gap << CHAIN_SLOPE_BITS |
             (uint64_t)group->files[0] << (CHAIN_SLOPE_BITS + CHAIN_GAP_BITS);
  uint64_t at = CHAIN_AT;
  if (chain->split > 0) {
    words[0] |= IS_SPLIT;
    words[2] = chain->jump & MASK(TABLE_OFFSET_BITS);
    words[3] = chain->split | (uint64_t)group->files[chain->split] << SPLIT_BITS;
    at = SPLIT_AT;
  }
  return (uint32_t)((put_deviations(words, at, values, count, &offsets) + 63) / 64);
}

static uint32_t pack_loose(const table_group *group, uint64_t *words) {
  const uint32_t count = group->count;
  int64_t values[TABLE_GROUP];
  const uint32_t shift = common_shift(group->offsets, count);
  shift_offsets(group->offsets, count, shift, values);
  const int64_t steepest = (int64_t)MASK(SLOPE_BITS - 1);
  const line offsets = fit_line(values, count, -steepest, steepest);
  words[0] = first_word(group->offsets, &offsets, shift) | IS_LOOSE;
  uint64_t at = put_deviations(words, LOOSE_AT, values, count, &offsets);
  for (uint32_t k = 0; k < count; k++)
    values[k] = (int64_t)group->lengths[k];
  const line lengths = fit_line(values, count, 0, 0);
  at = put_deviations(words, at, values, count, &lengths);
  for (uint32_t k = 0; k < count; k++)
    values[k] = group->files[k];
  const int64_t file_steepest = (int64_t)MASK(FILE_SLOPE_BITS - 1);
  const line files = fit_line(values, count, -file_steepest, file_steepest);
  at = put_deviations(words, at, values, count, &files);
  words[1] = ((uint64_t)offsets.slope & MASK(SLOPE_BITS)) |
             ((uint64_t)files.base & MASK(TABLE_FILE_BITS)) << SLOPE_BITS;
  words[2] = (uint64_t)lengths.base | (uint64_t)width_of(lengths.range) << LENGTH_BITS |
             (uint64_t)width_of(files.range) << (LENGTH_BITS + WIDTH_BITS) |
             ((uint64_t)files.slope & MASK(FILE_SLOPE_BITS))
                 << (LENGTH_BITS + WIDTH_BITS + FILE_WIDTH_BITS);
  return (uint32_t)((at + 63) / 64);
}

uint32_t group_pack(const table_group *group, uint64_t *words) {
  PENSTOCK_ASSERT(group->count > 0 && group->count <= TABLE_GROUP);
  chain chain;
  memset(words, 0, GROUP_MAX_WORDS * sizeof *words);
  uint32_t count = find_chain(group, &chain) ? pack_chained(group, &chain, words) : 0;
  if (count == 0)
    count = pack_loose(group, words);
  PENSTOCK_ASSERT(count < GROUP_MAX_WORDS);
  return count;
}

static int64_t sign_extend(uint64_t value, uint32_t bits) {
  return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

static void open_chained(group_view *view) {
  const uint64_t *words = view->words;
  const int is_split = (words[0] & IS_SPLIT) != 0;
  view->slope = words[1] & MASK(CHAIN_SLOPE_BITS);
  view->at = is_split ? SPLIT_AT : CHAIN_AT;
  view->length_base = words[1] >> CHAIN_SLOPE_BITS & MASK(CHAIN_GAP_BITS);
  view->file = words[1] >> (CHAIN_SLOPE_BITS + CHAIN_GAP_BITS);
  view->split = is_split ? words[3] & MASK(SPLIT_BITS) : TABLE_GROUP;
  view->jump = is_split ? words[2] : 0;
  view->split_file = is_split ? words[3] >> SPLIT_BITS : 0;
}

static void open_loose(group_view *view, uint32_t count) {
  const uint64_t *words = view->words;
  view->slope = (uint64_t)sign_extend(words[1] & MASK(SLOPE_BITS), SLOPE_BITS);
  view->at = LOOSE_AT;
  view->file = words[1] >> SLOPE_BITS;
  view->length_base = words[2] & MASK(LENGTH_BITS);
  view->length_width = words[2] >> LENGTH_BITS & MASK(WIDTH_BITS);
  view->file_width = words[2] >> (LENGTH_BITS + WIDTH_BITS) & MASK(FILE_WIDTH_BITS);
  view->file_slope = (uint64_t)sign_extend(words[2] >> (LENGTH_BITS + WIDTH_BITS + FILE_WIDTH_BITS),
                                           FILE_SLOPE_BITS);
  view->lengths_at = LOOSE_AT + view->width * count;
  view->files_at = view->lengths_at + view->length_width * count;
}

/* Compilers leave out what a single record does not need. */
static inline void open_view(group_view *view, const uint64_t *words, uint32_t count) {
  view->words = words;
  view->offset = words[0] & MASK(TABLE_OFFSET_BITS);
  view->width = words[0] >> TABLE_OFFSET_BITS & MASK(WIDTH_BITS);
  view->shift = words[0] >> (TABLE_OFFSET_BITS + WIDTH_BITS) & MASK(SHIFT_BITS);
  view->is_loose = (words[0] & IS_LOOSE) != 0;
  if (view->is_loose)
    open_loose(view, count);
  else
    open_chained(view);
}

void group_open(group_view *view, const uint64_t *words, uint32_t count) {
  open_view(view, words, count);
}

table_record group_find(const uint64_t *words, uint32_t count, uint32_t k) {
  group_view view;
  open_view(&view, words, count);
  return group_record(&view, k);
}
