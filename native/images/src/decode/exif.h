/* The orientation of a picture, of all that EXIF has to say. */
#ifndef PENSTOCK_IMAGES_EXIF_H
#define PENSTOCK_IMAGES_EXIF_H

#include <stdint.h>

/* 1 to 8; 1 if these bytes, a TIFF header and what follows it, say nothing or nonsense. */
uint32_t exif_orientation(const uint8_t *bytes, uint64_t count);

/* The same of a JPEG file, from its first EXIF segment before the picture. */
uint32_t exif_of_jpeg(const uint8_t *file, uint64_t file_bytes);

#endif
