/* penstock_normalize_bytes, with or without the vector instructions of this processor, and with
 * planes that begin `plane` values after each other: these may be rows of larger ones. */
#ifndef PENSTOCK_PIXELS_H
#define PENSTOCK_PIXELS_H

#include <stdint.h>

void pixels_normalize(const uint8_t *from, float *to, uint64_t pixels, uint32_t channels,
                      const float *factors, const float *offsets, uint64_t plane, int to_planes,
                      int vectors);

#endif
