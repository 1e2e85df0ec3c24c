/* JPEG files. The pixels are those that libjpeg-turbo makes of the whole picture, also where only a
 * part of it is decoded. */
#include <string.h>

#include "decode/decoder.h"
#include "decode/exif.h"
#include "decode/jpeg_library.h"
#include "decode/rows.h"

/* A part of a picture is decoded with so many more columns and rows around it, because smooth
 * upsampling mixes neighbours and libjpeg takes the edge of the part for that of the picture. The
 * largest blocks are 4 x 8 samples wide and high. */
enum { MARGIN = 64 };

/* How the rows that libjpeg delivers become those that are wanted. */
typedef struct {
  uint32_t skipped; /* columns on the left that are decoded only as a margin */
  row_change change;
  int is_cmyk;
  int is_straight; /* libjpeg writes to the caller's rows */
} way;

static uint32_t colours_of(J_COLOR_SPACE space) {
  switch (space) {
  case JCS_GRAYSCALE:
    return PENSTOCK_IMAGES_GRAY;
  case JCS_YCbCr:
    return PENSTOCK_IMAGES_YCBCR;
  case JCS_RGB:
    return PENSTOCK_IMAGES_RGB;
  case JCS_CMYK:
    return PENSTOCK_IMAGES_CMYK;
  case JCS_YCCK:
    return PENSTOCK_IMAGES_YCCK;
  default:
    return 0;
  }
}

static void read_header(jpeg *jpeg) {
  struct jpeg_decompress_struct *library = &jpeg->library;
  task *task = jpeg->task;
  jpeg_read_header(library, TRUE);
  penstock_images_info *info = &task->info;
  info->width = library->image_width;
  info->height = library->image_height;
  info->channels = (uint32_t)library->num_components;
  info->bits = (uint32_t)library->data_precision;
  info->colours = colours_of(library->jpeg_color_space);
  info->orientation = exif_of_jpeg(task->file, task->file_bytes);
  info->traits = library->progressive_mode ? PENSTOCK_IMAGES_PROGRESSIVE : 0;
  if (info->colours == 0)
    task_fail(task, PENSTOCK_IMAGES_UNSUPPORTED, "has %u channels of unknown colours",
              info->channels);
}

/* What libjpeg is asked for: what is wanted where it can convert as PIL does, else what is next to
 * it. */
static way choose_way(jpeg *jpeg) {
  struct jpeg_decompress_struct *library = &jpeg->library;
  const uint32_t wanted = jpeg->task->request->channels;
  way way = {.change = {.to = wanted, .bits = 8}};
  if (library->jpeg_color_space == JCS_CMYK || library->jpeg_color_space == JCS_YCCK) {
    library->out_color_space = JCS_CMYK;
    way.is_cmyk = 1;
    way.change.from = 4;
  } else if (wanted == 1 && library->jpeg_color_space != JCS_RGB) {
    library->out_color_space = JCS_GRAYSCALE;
    way.change.from = 1;
  } else if (wanted == 4) {
    library->out_color_space = JCS_EXT_RGBA;
    way.change.from = 4;
  } else {
    library->out_color_space = JCS_RGB;
    way.change.from = 3;
  }
  return way;
}

/* Whether libjpeg smooths the blocks of a progressive file that has not told all of its
 * coefficients: then a pixel depends on blocks that lie farther off than any margin. */
static int is_smoothed(const struct jpeg_decompress_struct *library) {
  if (!library->progressive_mode || !library->coef_bits)
    return 0;
  for (int c = 0; c < library->num_components; c++)
    for (int k = 1; k < 10; k++)
      if (library->coef_bits[c][k] != 0)
        return 1;
  return 0;
}

/* Whether jpeg_crop_scanline takes a channel for narrower than it is: one that is scaled less than
 * the others, because it is stored smaller, and must be stretched nevertheless. */
static int is_stretched(const struct jpeg_decompress_struct *library) {
  const int full = library->max_h_samp_factor * library->min_DCT_scaled_size;
  for (int c = 0; c < library->num_components; c++) {
    const jpeg_component_info *channel = &library->comp_info[c];
    if (channel->DCT_scaled_size != library->min_DCT_scaled_size &&
        channel->h_samp_factor * channel->DCT_scaled_size != full)
      return 1;
  }
  return 0;
}

/* Has libjpeg decode no more columns than it must, and skip rows above the wanted ones. */
static void narrow(jpeg *jpeg, way *way) {
  struct jpeg_decompress_struct *library = &jpeg->library;
  const area *wanted = &jpeg->task->wanted;
  way->skipped = wanted->x;
  if (is_smoothed(library))
    return;
  const uint32_t left = wanted->x > MARGIN ? wanted->x - MARGIN : 0;
  const uint32_t end = wanted->x + wanted->width;
  const uint32_t right =
      library->output_width - end > MARGIN ? end + MARGIN : library->output_width;
  if (!is_stretched(library) && (left > 0 || right < library->output_width)) {
    JDIMENSION offset = left;
    JDIMENSION width = right - left;
    jpeg_crop_scanline(library, &offset, &width);
    way->skipped = wanted->x - offset;
  }
  if (wanted->y > MARGIN)
    jpeg_skip_scanlines(library, wanted->y - MARGIN);
}

static void read_row(jpeg *jpeg, uint8_t *row) {
  JSAMPROW rows[] = {row};
  jpeg_read_scanlines(&jpeg->library, rows, 1);
}

static void read_rows(jpeg *jpeg, const way *way) {
  struct jpeg_decompress_struct *library = &jpeg->library;
  task *task = jpeg->task;
  const area *wanted = &task->wanted;
  while (library->output_scanline < wanted->y)
    read_row(jpeg, jpeg->row);
  for (uint32_t y = 0; y < wanted->height; y++) {
    if (way->is_straight) {
      read_row(jpeg, task_row(task, y));
      continue;
    }
    read_row(jpeg, jpeg->row);
    uint8_t *from = jpeg->row + (uint64_t)way->skipped * way->change.from;
    if (way->is_cmyk)
      row_cmyk_to_rgba(from, wanted->width);
    row_convert(&way->change, from, task_row(task, y), wanted->width);
  }
}

/* That a file whose last rows were not decoded is not cut short: the end's marker comes. Between
 * here and there is nothing but the picture, in which this pair of bytes does not occur. */
static void check_end(jpeg *jpeg) {
  const struct jpeg_decompress_struct *library = &jpeg->library;
  if (library->unread_marker == JPEG_EOI || jpeg_input_complete(&jpeg->library))
    return;
  const uint8_t *at = library->src->next_input_byte;
  uint64_t left = library->src->bytes_in_buffer;
  /* The decoder may have stopped between the two. */
  if (left > 0 && at > jpeg->task->file && at[-1] == 0xff && at[0] == JPEG_EOI)
    return;
  while (left > 1) {
    const uint8_t *mark = memchr(at, 0xff, left - 1);
    if (!mark)
      break;
    if (mark[1] == JPEG_EOI)
      return;
    left -= (uint64_t)(mark + 1 - at);
    at = mark + 1;
  }
  task_fail(jpeg->task, PENSTOCK_IMAGES_DAMAGED, "Premature end of input file");
}

static void finish(jpeg *jpeg) {
  struct jpeg_decompress_struct *library = &jpeg->library;
  if (library->output_scanline < library->output_height &&
      jpeg->task->request->flags & PENSTOCK_IMAGES_CHECK_ALL)
    jpeg_skip_scanlines(library, library->output_height - library->output_scanline);
  if (library->output_scanline == library->output_height)
    jpeg_finish_decompress(library);
  else
    check_end(jpeg);
}

static int32_t work(void *context) {
  jpeg *jpeg = context;
  task *task = jpeg->task;
  struct jpeg_decompress_struct *library = &jpeg->library;
  jpeg_open(jpeg, task);
  read_header(jpeg);
  if (!task->request)
    return 0;
  task_check_pixels(task);
  if (task->request->bits != 8)
    task_fail(task, PENSTOCK_IMAGES_DEPTH, "has 8 bits a channel, 16 are asked for");
  way way = choose_way(jpeg);
  library->scale_num = task->request->eighths;
  library->scale_denom = 8;
  library->dct_method = JDCT_ISLOW;
  jpeg_calc_output_dimensions(library);
  task_begin(task, library->output_width, library->output_height);
  jpeg_start_decompress(library);
  narrow(jpeg, &way);
  way.is_straight = !way.is_cmyk && way.change.from == way.change.to &&
                    library->output_width == task->wanted.width;
  if (!way.is_straight || task->wanted.y > 0)
    jpeg->row = task_take(task, (uint64_t)library->output_width * way.change.from);
  read_rows(jpeg, &way);
  finish(jpeg);
  task_end(task);
  return 0;
}

int32_t jpeg_decode(task *task) {
  jpeg jpeg = {.task = task};
  const int32_t status = guard_run(&task->decoder->guard, work, &jpeg);
  jpeg_close(&jpeg);
  return status;
}
