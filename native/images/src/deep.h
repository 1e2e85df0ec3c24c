/* Transforms of pixels of 16 bits a channel: a resize, cut out and mirrored, to numbers of 16 bits
 * or to floats. Plain C, with the weights of the resize of bytes. */
#ifndef PENSTOCK_IMAGES_DEEP_H
#define PENSTOCK_IMAGES_DEEP_H

#include <stdint.h>

#include "penstock_images.h"

/* Bytes of scratch memory for deep_apply, or -EINVAL: what penstock_images_apply_bytes refuses, or
 * changes of colour, which are those of bytes. */
int64_t deep_bytes(const penstock_images_transform *transform, uint32_t width, uint32_t height,
                   uint32_t channels);

/* As penstock_images_apply, of pixels that lie tightly. The transform has been checked; scratch is
 * aligned to 64. Returns 0, -EINVAL if `to` is not aligned, or -ENOSPC if to_bytes are too few. */
int32_t deep_apply(const penstock_images_transform *transform, const uint16_t *pixels,
                   uint32_t width, uint32_t height, uint32_t channels, void *to, uint64_t to_bytes,
                   void *scratch);

#endif
