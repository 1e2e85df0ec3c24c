/* See turn.h. Each orientation is made of three steps: swapping rows and columns, and mirroring the
 * stored picture along either axis. */
#include "decode/turn.h"

#include <string.h>

typedef struct {
  int swaps;     /* rows become columns */
  int mirrors_x; /* the stored picture is read from right to left */
  int mirrors_y; /* ... from bottom to top */
} turn;

static turn turn_of(uint32_t orientation) {
  static const turn turns[] = {
      {0, 0, 0}, /* 1 */
      {0, 1, 0}, /* 2: mirrored */
      {0, 1, 1}, /* 3: upside down */
      {0, 0, 1}, /* 4 */
      {1, 0, 0}, /* 5: transposed */
      {1, 0, 1}, /* 6: to be turned clockwise */
      {1, 1, 1}, /* 7 */
      {1, 1, 0}, /* 8: to be turned counterclockwise */
  };
  return turns[orientation - 1];
}

penstock_images_size turn_size(uint32_t orientation, penstock_images_size stored) {
  if (!turn_of(orientation).swaps)
    return stored;
  return (penstock_images_size){stored.height, stored.width};
}

area turn_area(uint32_t orientation, penstock_images_size stored, area upright) {
  const turn turn = turn_of(orientation);
  area part = upright;
  if (turn.swaps)
    part = (area){upright.y, upright.x, upright.height, upright.width};
  if (turn.mirrors_x)
    part.x = stored.width - part.x - part.width;
  if (turn.mirrors_y)
    part.y = stored.height - part.y - part.height;
  return part;
}

void turn_pixels(uint32_t orientation, uint32_t pixel_bytes, const uint8_t *from,
                 penstock_images_size stored, uint8_t *to, uint64_t stride_bytes) {
  const turn turn = turn_of(orientation);
  const penstock_images_size size = turn_size(orientation, stored);
  const int64_t row = (int64_t)stored.width * pixel_bytes;
  const int64_t right = (turn.mirrors_x ? -1 : 1) * (int64_t)pixel_bytes;
  const int64_t down = (turn.mirrors_y ? -1 : 1) * row;
  const uint8_t *corner = from + (turn.mirrors_x ? row - pixel_bytes : 0) +
                          (turn.mirrors_y ? row * (stored.height - 1) : 0);
  const int64_t along = turn.swaps ? down : right;
  const int64_t across = turn.swaps ? right : down;
  for (uint32_t y = 0; y < size.height; y++)
    for (uint32_t x = 0; x < size.width; x++)
      memcpy(to + y * stride_bytes + (uint64_t)x * pixel_bytes, corner + y * across + x * along,
             pixel_bytes);
}
