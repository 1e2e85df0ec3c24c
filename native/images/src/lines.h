/* The two passes of a resize over bytes: along a few rows, and across rows. With or without the
 * vector instructions of this processor the results are the same to the bit. */
#ifndef PENSTOCK_IMAGES_LINES_H
#define PENSTOCK_IMAGES_LINES_H

#include <stdint.h>

#include "weights.h"

/* Rows that lines_along works on at a time. */
#define LINES_ROWS 4

/* Writers may write, and readers of resized rows may read, so many bytes behind the end of a row.
 */
#define LINES_MARGIN 32

/* How far from the beginning of a row lines_along reads, which may be behind its end. */
uint64_t lines_reach(const weights *weights, uint32_t channels);

/* Resizes LINES_ROWS rows of 1, 3 or 4 channels. Rows may be the same. */
void lines_along(const weights *weights, uint32_t channels, const uint8_t *const *from,
                 uint8_t *const *to, int vectors);

/* Row number `at` of the result, of `bytes` bytes, from the rows that it is made of. `rows` has
 * room for one more. */
void lines_across(const weights *weights, uint32_t at, const uint8_t **rows, uint8_t *to,
                  uint64_t bytes, int vectors);

/* The same with the vector instructions of this processor; nothing is done, and 0 returned, if it
 * has not those that are needed. */
int lines_along_vectors(const weights *weights, uint32_t channels, const uint8_t *const *from,
                        uint8_t *const *to);
int lines_across_vectors(const weights *weights, uint32_t at, const uint8_t *const *rows,
                         uint8_t *to, uint64_t bytes);

#endif
