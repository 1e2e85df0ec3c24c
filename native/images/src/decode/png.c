/* PNG files. libpng expands all kinds to gray or RGB, with alpha or without, of 8 or 16 bits; the
 * channels that are wanted are made here. */
#include <png.h>
#include <string.h>

#include "decode/decoder.h"
#include "decode/exif.h"
#include "decode/rows.h"

typedef struct {
  task *task;
  png_structp library;
  png_infop info;
  uint8_t *rows; /* scratch memory for one row; for all of an interlaced file */
  /* Of a palette that has fewer colours than there are numbers: libpng takes the missing ones for
   * black. 0: there is none. */
  uint32_t colour_count;
  png_colorp colours;
  uint32_t alpha_count; /* of colours that have an alpha */
  png_bytep alphas;
  uint8_t *expanded; /* scratch memory for one row of colours */
} png;

static _Noreturn void fail(png_structp library, png_const_charp text) {
  png *png = png_get_error_ptr(library);
  task *task = png->task;
  /* libpng reports memory that it does not get in several ways, and none of them by a code. */
  const int32_t status =
      task->decoder->memory.was_refused ? PENSTOCK_IMAGES_LIMIT : PENSTOCK_IMAGES_DAMAGED;
  task_fail(task, status, "%s", text);
}

static png_voidp take(png_structp library, png_alloc_size_t bytes) {
  png *png = png_get_mem_ptr(library);
  return memory_take(&png->task->decoder->memory, bytes);
}

static void give(png_structp library, png_voidp block) {
  png *png = png_get_mem_ptr(library);
  memory_give(&png->task->decoder->memory, block);
}

typedef struct {
  const uint8_t *at;
  uint64_t left;
} source;

static void read_bytes(png_structp library, png_bytep to, size_t bytes) {
  source *source = png_get_io_ptr(library);
  if (bytes > source->left)
    png_error(library, "Premature end of input file");
  memcpy(to, source->at, bytes);
  source->at += bytes;
  source->left -= bytes;
}

static uint32_t big_endian(const uint8_t *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Goes from chunk to chunk: the last one must be there, also where it would not be read. */
static void check_end(task *task) {
  uint64_t at = 8;
  while (task->file_bytes - at >= 12) {
    const uint64_t bytes = big_endian(task->file + at);
    if (bytes > task->file_bytes - at - 12)
      break;
    if (memcmp(task->file + at + 4, "IEND", 4) == 0)
      return;
    at += 12 + bytes;
  }
  task_fail(task, PENSTOCK_IMAGES_DAMAGED, "Premature end of input file");
}

static uint32_t colours_of(uint32_t type) {
  if (type == PNG_COLOR_TYPE_PALETTE)
    return PENSTOCK_IMAGES_PALETTE;
  return type & PNG_COLOR_MASK_COLOR ? PENSTOCK_IMAGES_RGB : PENSTOCK_IMAGES_GRAY;
}

/* The EXIF chunk may stand before the picture or behind it; libpng would have read only the first.
 */
static uint32_t orientation_of(const task *task) {
  for (uint64_t at = 8; task->file_bytes - at >= 12;) {
    const uint64_t bytes = big_endian(task->file + at);
    if (bytes > task->file_bytes - at - 12)
      break;
    if (memcmp(task->file + at + 4, "eXIf", 4) == 0)
      return exif_orientation(task->file + at + 8, bytes);
    at += 12 + bytes;
  }
  return 1;
}

static void open_library(png *png, source *source) {
  task *task = png->task;
  png->library = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, png, fail, fail, png, take, give);
  if (!png->library)
    task_fail(task, task_memory_status(task), "needs memory for a PNG decoder");
  png->info = png_create_info_struct(png->library);
  if (!png->info)
    task_fail(task, task_memory_status(task), "needs memory for a PNG decoder");
  png_set_read_fn(png->library, source, read_bytes);
  png_set_user_limits(png->library, 0x7fffffff, 0x7fffffff);
  png_set_crc_action(png->library, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(png->library, 0);
}

static void read_header(png *png) {
  task *task = png->task;
  png_read_info(png->library, png->info);
  penstock_images_info *info = &task->info;
  const uint32_t type = png_get_color_type(png->library, png->info);
  info->width = png_get_image_width(png->library, png->info);
  info->height = png_get_image_height(png->library, png->info);
  info->channels = png_get_channels(png->library, png->info);
  info->bits = png_get_bit_depth(png->library, png->info);
  info->colours = colours_of(type);
  info->orientation = orientation_of(task);
  const int is_interlaced = png_get_interlace_type(png->library, png->info) != PNG_INTERLACE_NONE;
  const int has_alpha = (type & PNG_COLOR_MASK_ALPHA) != 0 ||
                        png_get_valid(png->library, png->info, PNG_INFO_tRNS) != 0;
  info->traits =
      (is_interlaced ? PENSTOCK_IMAGES_PROGRESSIVE : 0) | (has_alpha ? PENSTOCK_IMAGES_ALPHA : 0);
}

/* Whether numbers of colours are looked up here. */
static int has_short_palette(png *png) {
  const task *task = png->task;
  int count = 0;
  if (png_get_color_type(png->library, png->info) != PNG_COLOR_TYPE_PALETTE ||
      !png_get_PLTE(png->library, png->info, &png->colours, &count) ||
      count >= 1 << task->info.bits)
    return 0;
  png->colour_count = (uint32_t)count;
  int alphas = 0;
  if (png_get_tRNS(png->library, png->info, &png->alphas, &alphas, NULL))
    png->alpha_count = (uint32_t)alphas;
  return 1;
}

static void expand_row(const png *png, uint32_t channels, const uint8_t *row) {
  const uint32_t bits = png->task->info.bits;
  uint8_t *to = png->expanded;
  for (uint32_t x = 0; x < png->task->info.width; x++, to += channels) {
    const uint64_t bit = (uint64_t)x * bits;
    const uint32_t number = (uint32_t)row[bit / 8] >> (8 - bits - bit % 8) & ((1U << bits) - 1);
    if (number >= png->colour_count)
      task_fail(png->task, PENSTOCK_IMAGES_DAMAGED, "a pixel has colour %u of %u", number,
                png->colour_count);
    const png_colorp colour = &png->colours[number];
    to[0] = colour->red;
    to[1] = colour->green;
    to[2] = colour->blue;
    if (channels == 4)
      to[3] = number < png->alpha_count ? png->alphas[number] : 255;
  }
}

static row_change choose_change(png *png) {
  task *task = png->task;
  if (has_short_palette(png)) {
    const uint32_t channels = png->alpha_count ? 4 : 3;
    png_read_update_info(png->library, png->info);
    png->expanded = task_take(task, (uint64_t)task->info.width * channels);
    return (row_change){.from = channels,
                        .to = task->request->channels,
                        .bits = task->request->bits,
                        .blends = (task->request->flags & PENSTOCK_IMAGES_BLEND) != 0,
                        .background = task->request->background};
  }
  png_set_expand(png->library);
  if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ && task->info.bits == 16)
    png_set_swap(png->library);
  png_read_update_info(png->library, png->info);
  return (row_change){.from = png_get_channels(png->library, png->info),
                      .to = task->request->channels,
                      .bits = task->request->bits,
                      .blends = (task->request->flags & PENSTOCK_IMAGES_BLEND) != 0,
                      .background = task->request->background};
}

static void put_row(const png *png, const row_change *change, const uint8_t *row, uint32_t y) {
  const area *wanted = &png->task->wanted;
  const uint64_t pixel_bytes = change->from * (change->bits / 8);
  if (png->expanded) {
    expand_row(png, change->from, row);
    row = png->expanded;
  }
  row_convert(change, row + wanted->x * pixel_bytes, task_row(png->task, y - wanted->y),
              wanted->width);
}

static int is_wanted(const area *wanted, uint32_t y) {
  return y >= wanted->y && y - wanted->y < wanted->height;
}

/* The rows of an interlaced file come in seven passes, which add to each other. */
static void read_interlaced(png *png, const row_change *change) {
  task *task = png->task;
  const uint64_t row_bytes = png_get_rowbytes(png->library, png->info);
  const int passes = png_set_interlace_handling(png->library);
  png->rows = task_take(task, row_bytes * task->info.height);
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < task->info.height; y++)
      png_read_row(png->library, png->rows + y * row_bytes, NULL);
  for (uint32_t y = 0; y < task->info.height; y++)
    if (is_wanted(&task->wanted, y))
      put_row(png, change, png->rows + y * row_bytes, y);
}

/* Whether all rows were read. */
static int read_rows(png *png, const row_change *change) {
  task *task = png->task;
  png->rows = task_take(task, png_get_rowbytes(png->library, png->info));
  uint32_t end = task->wanted.y + task->wanted.height;
  if (task->request->flags & PENSTOCK_IMAGES_CHECK_ALL)
    end = task->info.height;
  for (uint32_t y = 0; y < end; y++) {
    png_read_row(png->library, png->rows, NULL);
    if (is_wanted(&task->wanted, y))
      put_row(png, change, png->rows, y);
  }
  return end == task->info.height;
}

static void check_request(task *task) {
  const uint32_t bits = task->info.bits <= 8 ? 8 : 16;
  task_check_pixels(task);
  if (task->request->bits != bits)
    task_fail(task, PENSTOCK_IMAGES_DEPTH, "has %u bits a channel, %u are asked for",
              task->info.bits, task->request->bits);
  if (task->request->eighths != 8)
    task_fail(task, PENSTOCK_IMAGES_UNSUPPORTED, "is a PNG, which cannot be decoded to %u/8",
              task->request->eighths);
}

static int32_t work(void *context) {
  png *png = context;
  task *task = png->task;
  source source = {task->file, task->file_bytes};
  open_library(png, &source);
  read_header(png);
  if (!task->request)
    return 0;
  check_request(task);
  task_begin(task, task->info.width, task->info.height);
  const int is_interlaced = (task->info.traits & PENSTOCK_IMAGES_PROGRESSIVE) != 0;
  if (is_interlaced)
    png_set_interlace_handling(png->library);
  const row_change change = choose_change(png);
  int is_complete = 1;
  if (is_interlaced)
    read_interlaced(png, &change);
  else
    is_complete = read_rows(png, &change);
  if (is_complete)
    png_read_end(png->library, NULL);
  else
    check_end(task);
  task_end(task);
  return 0;
}

int32_t png_decode(task *task) {
  png png = {.task = task};
  const int32_t status = guard_run(&task->decoder->guard, work, &png);
  if (png.library)
    png_destroy_read_struct(&png.library, &png.info, NULL);
  memory_give(&task->decoder->memory, png.rows);
  memory_give(&task->decoder->memory, png.expanded);
  return status;
}
