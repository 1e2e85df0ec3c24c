/* A file to what a trainer wants in one call, so that a caller in another language makes one call a
 * record. */
#include <errno.h>

#include "deep.h"
#include "penstock_images.h"

#define ALIGNMENT UINT64_C(64)

static uint64_t row_bytes(const penstock_images_request *request) {
  return (uint64_t)request->crop_width * request->channels * (request->bits / 8);
}

/* Of the decoded pixels. */
static uint64_t image_bytes(const penstock_images_request *request) {
  return (row_bytes(request) * request->crop_height + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

int64_t penstock_images_decode_apply_bytes(const penstock_images_request *request,
                                           const penstock_images_transform *transform) {
  if (!request || (request->bits != 8 && request->bits != 16))
    return -EINVAL;
  /* Sides are 2^24 at most, and not 0, or these refuse them. */
  const int64_t bytes =
      request->bits == 8
          ? penstock_images_apply_bytes(transform, request->crop_width, request->crop_height,
                                        request->channels)
          : deep_bytes(transform, request->crop_width, request->crop_height, request->channels);
  return bytes < 0 ? bytes : bytes + (int64_t)image_bytes(request);
}

int32_t penstock_images_decode_apply(penstock_images_decoder *decoder, const uint8_t *file,
                                     uint64_t file_bytes, const penstock_images_request *request,
                                     const penstock_images_transform *transform, void *to,
                                     uint64_t to_bytes, void *scratch, uint64_t scratch_bytes) {
  const int64_t needed = penstock_images_decode_apply_bytes(request, transform);
  if (needed < 0)
    return (int32_t)needed;
  if (!to || !scratch || (uintptr_t)scratch % ALIGNMENT)
    return -EINVAL;
  if (scratch_bytes < (uint64_t)needed)
    return -ENOSPC;
  const uint64_t pixels_bytes = image_bytes(request);
  penstock_images_size size;
  const int32_t status = penstock_images_decode(decoder, file, file_bytes, request, scratch,
                                                pixels_bytes, row_bytes(request), &size);
  if (status)
    return status;
  uint8_t *rest = (uint8_t *)scratch + pixels_bytes;
  if (request->bits == 16)
    return deep_apply(transform, scratch, size.width, size.height, request->channels, to, to_bytes,
                      rest);
  return penstock_images_apply(transform, scratch, row_bytes(request), size.width, size.height,
                               request->channels, to, to_bytes, rest, scratch_bytes - pixels_bytes);
}
