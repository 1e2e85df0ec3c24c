/* Resizes a part of an image to pixels of bytes or floats, with the rows that it needs and no image
 * in between. Rows are given in order, so they may come from a decoder as it makes them. */
#ifndef PENSTOCK_IMAGES_RESIZE_H
#define PENSTOCK_IMAGES_RESIZE_H

#include <stdint.h>

#include "sink.h"
#include "weights.h"

typedef struct {
  uint32_t channels; /* 1, 3 or 4, each resized by itself */
  axis across;       /* columns; mirrored turns left and right */
  axis down;         /* rows */
} resize_plan;

/* Of a resize under way; memory that the caller gave. */
typedef struct {
  weights across;
  weights down;
  uint32_t channels;
  uint32_t copies_columns, copies_rows;
  uint32_t vectors;
  uint64_t row_bytes; /* of a resized row */
  uint64_t source_row_bytes;
  uint64_t first_byte; /* of the wanted columns, where they are copied */
  uint64_t reach;      /* lines_reach */
  uint64_t ring_stride;
  uint32_t ring_rows;
  uint8_t *ring;  /* resized rows: row r at r % ring_rows */
  uint8_t *spare; /* copies of rows at the end of the readable memory */
  uint64_t spare_stride;
  uint8_t *line; /* a row of the result */
  const uint8_t **rows;
  uint32_t next_row; /* the first one that was not given yet */
  uint32_t next_result;
} resize_state;

/* 0 or -EINVAL. */
int32_t resize_check(const resize_plan *plan);

/* Bytes of memory for resize_begin. */
uint64_t resize_bytes(const resize_plan *plan);

/* Memory: resize_bytes at an address that is a multiple of 64. The plan has been checked. With
 * `vectors` 0 without the vector instructions of this processor. */
void resize_begin(resize_state *state, const resize_plan *plan, void *memory, int vectors);

/* The rows of the source that are needed: from *first to before *end. */
void resize_needs(const resize_state *state, uint32_t *first, uint32_t *end);

/* Takes `count` more rows, beginning with number `row`; rows that were left out must not be needed.
 * Behind the last row `readable` bytes may be read. Rows of the result go to the sink as they
 * become complete. */
void resize_rows(resize_state *state, uint32_t row, const uint8_t *from, uint64_t stride,
                 uint32_t count, uint64_t readable, const sink *sink);

#endif
