/* What bindings check before they call anything else: the ABI number, and the layout of the structs
 * of penstock_images.h. Callers that were compiled elsewhere rely on these numbers: to change one
 * is to change the interface, which raises PENSTOCK_IMAGES_ABI_VERSION. */
#include <stddef.h>

#include "penstock_images.h"

uint32_t penstock_images_abi_version(void) { return PENSTOCK_IMAGES_ABI_VERSION; }

/* clang-format off */
#define STRUCTS(SIZE, FIELD)                          \
  SIZE(penstock_images_info, 32)                      \
  FIELD(penstock_images_info, width, 0)               \
  FIELD(penstock_images_info, height, 4)              \
  FIELD(penstock_images_info, format, 8)              \
  FIELD(penstock_images_info, colours, 12)            \
  FIELD(penstock_images_info, channels, 16)           \
  FIELD(penstock_images_info, bits, 20)               \
  FIELD(penstock_images_info, orientation, 24)        \
  FIELD(penstock_images_info, traits, 28)             \
  SIZE(penstock_images_request, 48)                   \
  FIELD(penstock_images_request, channels, 0)         \
  FIELD(penstock_images_request, bits, 4)             \
  FIELD(penstock_images_request, eighths, 8)          \
  FIELD(penstock_images_request, flags, 12)           \
  FIELD(penstock_images_request, crop_x, 16)          \
  FIELD(penstock_images_request, crop_y, 20)          \
  FIELD(penstock_images_request, crop_width, 24)      \
  FIELD(penstock_images_request, crop_height, 28)     \
  FIELD(penstock_images_request, background, 32)      \
  FIELD(penstock_images_request, reserved, 36)        \
  FIELD(penstock_images_request, max_pixels, 40)      \
  SIZE(penstock_images_size, 8)                       \
  FIELD(penstock_images_size, width, 0)               \
  FIELD(penstock_images_size, height, 4)              \
  SIZE(penstock_images_transform, 104)                \
  FIELD(penstock_images_transform, left, 0)           \
  FIELD(penstock_images_transform, top, 4)            \
  FIELD(penstock_images_transform, right, 8)          \
  FIELD(penstock_images_transform, bottom, 12)        \
  FIELD(penstock_images_transform, full_width, 16)    \
  FIELD(penstock_images_transform, full_height, 20)   \
  FIELD(penstock_images_transform, x, 24)             \
  FIELD(penstock_images_transform, y, 28)             \
  FIELD(penstock_images_transform, width, 32)         \
  FIELD(penstock_images_transform, height, 36)        \
  FIELD(penstock_images_transform, filter, 40)        \
  FIELD(penstock_images_transform, mirrored, 44)      \
  FIELD(penstock_images_transform, form, 48)          \
  FIELD(penstock_images_transform, steps, 52)         \
  FIELD(penstock_images_transform, brightness, 56)    \
  FIELD(penstock_images_transform, contrast, 60)      \
  FIELD(penstock_images_transform, saturation, 64)    \
  FIELD(penstock_images_transform, hue, 68)           \
  FIELD(penstock_images_transform, factors, 72)       \
  FIELD(penstock_images_transform, offsets, 88)
/* clang-format on */

#define CHECK_SIZE(type, bytes) _Static_assert(sizeof(type) == (bytes), "size of " #type);
#define CHECK_FIELD(type, field, bytes)                                                            \
  _Static_assert(offsetof(type, field) == (bytes), #field " of " #type);
STRUCTS(CHECK_SIZE, CHECK_FIELD)

#define ADD_SIZE(type, bytes) bytes,
#define ADD_FIELD(type, field, bytes) bytes,

int32_t penstock_images_layout(uint32_t *values, uint32_t capacity) {
  static const uint32_t layout[] = {STRUCTS(ADD_SIZE, ADD_FIELD)};
  const uint32_t count = sizeof layout / sizeof layout[0];
  for (uint32_t i = 0; values && i < count && i < capacity; i++)
    values[i] = layout[i];
  return (int32_t)count;
}
