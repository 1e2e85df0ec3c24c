/* EXIF's eight orientations: how a stored picture is turned and mirrored to be upright. */
#ifndef PENSTOCK_IMAGES_TURN_H
#define PENSTOCK_IMAGES_TURN_H

#include "decode/decoder.h"

/* The size of the picture when it is upright. */
penstock_images_size turn_size(uint32_t orientation, penstock_images_size stored);

/* Which part of the stored picture becomes this part of the upright one. */
area turn_area(uint32_t orientation, penstock_images_size stored, area upright);

/* Turns whole pixels. Rows of the stored ones lie one right after another. */
void turn_pixels(uint32_t orientation, uint32_t pixel_bytes, const uint8_t *from,
                 penstock_images_size stored, uint8_t *to, uint64_t stride_bytes);

#endif
