/* The calls of decoding: checks what the caller says, and hands a file to the decoder of its
 * format. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decoder.h"

enum { LEAST_MEMORY = 1 << 20 };

int32_t penstock_images_decoder_open(uint64_t memory_bytes, penstock_images_decoder **decoder) {
  if (!decoder || memory_bytes < LEAST_MEMORY)
    return -EINVAL;
  *decoder = calloc(1, sizeof **decoder);
  if (!*decoder)
    return -ENOMEM;
  (*decoder)->memory.limit_bytes = memory_bytes;
  return 0;
}

void penstock_images_decoder_close(penstock_images_decoder *decoder) { free(decoder); }

const char *penstock_images_message(const penstock_images_decoder *decoder) {
  return decoder->message;
}

uint64_t penstock_images_decoder_peak(const penstock_images_decoder *decoder) {
  return decoder->memory.peak_bytes;
}

static int32_t refuse(task *task, int32_t format) {
  static const char *const names[] = {
      [PENSTOCK_IMAGES_FORMAT_GIF] = "a GIF",
      [PENSTOCK_IMAGES_FORMAT_BMP] = "a BMP",
      [PENSTOCK_IMAGES_FORMAT_TIFF] = "a TIFF",
      [PENSTOCK_IMAGES_FORMAT_WEBP] = "a WebP",
      [PENSTOCK_IMAGES_FORMAT_JPEG2000] = "a JPEG 2000",
      [PENSTOCK_IMAGES_FORMAT_HEIF] = "a HEIF",
  };
  char *message = task->decoder->message;
  const size_t room = sizeof task->decoder->message;
  if (format != PENSTOCK_IMAGES_FORMAT_UNKNOWN) {
    snprintf(message, room, "expected a JPEG or PNG file, found %s", names[format]);
    return PENSTOCK_IMAGES_UNSUPPORTED;
  }
  if (task->file_bytes == 0)
    snprintf(message, room, "expected a JPEG or PNG file, found no bytes");
  else
    snprintf(message, room, "expected a JPEG or PNG file, found %llu other bytes",
             (unsigned long long)task->file_bytes);
  return PENSTOCK_IMAGES_DAMAGED;
}

static int32_t run(task *task) {
  task->decoder->message[0] = 0;
  task->decoder->memory.was_refused = 0;
  const int32_t format = penstock_images_format(task->file, task->file_bytes);
  task->info.format = format;
  task->info.orientation = 1;
  int32_t status;
  if (format == PENSTOCK_IMAGES_FORMAT_JPEG)
    status = jpeg_decode(task);
  else if (format == PENSTOCK_IMAGES_FORMAT_PNG)
    status = png_decode(task);
  else
    status = refuse(task, format);
  memory_give(&task->decoder->memory, task->turned);
  return status;
}

int32_t penstock_images_read_info(penstock_images_decoder *decoder, const uint8_t *file,
                                  uint64_t file_bytes, penstock_images_info *info) {
  if (!decoder || !file || !info)
    return -EINVAL;
  task task = {.decoder = decoder, .file = file, .file_bytes = file_bytes};
  const int32_t status = run(&task);
  if (status == 0)
    *info = task.info;
  return status;
}

static int is_valid(const penstock_images_request *request) {
  const uint32_t flags = PENSTOCK_IMAGES_ORIENT | PENSTOCK_IMAGES_BLEND | PENSTOCK_IMAGES_CHECK_ALL;
  const uint32_t eighths = request->eighths;
  return (request->channels == 1 || request->channels == 3 || request->channels == 4) &&
         (request->bits == 8 || request->bits == 16) &&
         (eighths == 1 || eighths == 2 || eighths == 4 || eighths == 8) &&
         (request->flags & ~flags) == 0 && request->reserved == 0;
}

int32_t penstock_images_decode(penstock_images_decoder *decoder, const uint8_t *file,
                               uint64_t file_bytes, const penstock_images_request *request,
                               uint8_t *pixels, uint64_t pixels_bytes, uint64_t stride_bytes,
                               penstock_images_size *size) {
  if (!decoder || !file || !request || !pixels || !size || !is_valid(request) ||
      pixels_bytes > INT64_MAX || stride_bytes > INT64_MAX ||
      ((uintptr_t)pixels | stride_bytes) % (request->bits / 8) != 0)
    return -EINVAL;
  task task = {.decoder = decoder,
               .file = file,
               .file_bytes = file_bytes,
               .request = request,
               .pixels = pixels,
               .pixels_bytes = pixels_bytes,
               .stride_bytes = stride_bytes};
  const int32_t status = run(&task);
  *size = task.size;
  return status;
}
