/* Penstock's images: JPEG and PNG files to pixels, and pixels to what a trainer wants.
 *
 * What it owns: the scratch memory of decoders. What it must not do: own threads, keep globals,
 * print, abort, open files, or keep a pointer to the caller's memory after a call.
 *
 * RULES
 * - A call returns 0 or a count on success and a negative status on failure: -errno, or one of
 *   PENSTOCK_IMAGES_* below. errno itself is no part of it.
 * - A handle is created by *_open and freed by *_close; NULL is never a valid handle.
 * - Pixels lie row by row, from the top, each from the left, channels side by side: in C's words
 *   uint8_t pixels[height][width][channels], with rows `stride_bytes` apart.
 * - The bytes of a file must not change during a call, and must not be those of a mapping: a file
 *   cut short while it is mapped would end the process.
 * - The same bytes and the same options give the same pixels, on any thread and with any handle. */
#ifndef PENSTOCK_IMAGES_H
#define PENSTOCK_IMAGES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a signature, a struct or a meaning below changes. */
enum { PENSTOCK_IMAGES_ABI_VERSION = 1 };

/* What a file is, by its first bytes. */
enum {
  PENSTOCK_IMAGES_FORMAT_UNKNOWN = 0,
  PENSTOCK_IMAGES_FORMAT_JPEG = 1,
  PENSTOCK_IMAGES_FORMAT_PNG = 2,
  PENSTOCK_IMAGES_FORMAT_GIF = 3,
  PENSTOCK_IMAGES_FORMAT_BMP = 4,
  PENSTOCK_IMAGES_FORMAT_TIFF = 5,
  PENSTOCK_IMAGES_FORMAT_WEBP = 6,
  PENSTOCK_IMAGES_FORMAT_JPEG2000 = 7,
  PENSTOCK_IMAGES_FORMAT_HEIF = 8 /* AVIF too */
};

/* What a call fails with besides -errno. The text of penstock_images_message tells more. */
enum {
  PENSTOCK_IMAGES_DAMAGED =
      -20001, /* the file is cut short, or its bytes are not what was written */
  PENSTOCK_IMAGES_UNSUPPORTED = -20002, /* a format, or a kind of it, that is not decoded here */
  PENSTOCK_IMAGES_LIMIT = -20003,       /* needs more memory, or has more pixels, than is allowed */
  PENSTOCK_IMAGES_DEPTH = -20004, /* has 16 bits a channel where 8 were asked for, or the reverse */
  PENSTOCK_IMAGES_ROOM = -20005,  /* the caller's memory is too small for the pixels */
  PENSTOCK_IMAGES_AREA = -20006   /* the crop reaches beyond the picture */
};

/* The colours of a file, before anything is converted. */
enum {
  PENSTOCK_IMAGES_GRAY = 1,
  PENSTOCK_IMAGES_YCBCR = 2,
  PENSTOCK_IMAGES_RGB = 3,
  PENSTOCK_IMAGES_CMYK = 4,
  PENSTOCK_IMAGES_YCCK = 5,
  PENSTOCK_IMAGES_PALETTE = 6
};

/* What is true of a file, in penstock_images_info.traits. */
enum {
  PENSTOCK_IMAGES_PROGRESSIVE = 1, /* JPEG: progressive; PNG: interlaced */
  PENSTOCK_IMAGES_ALPHA = 2        /* has an alpha channel, or a transparent colour */
};

/* What a decode is to do, in penstock_images_request.flags. */
enum {
  /* Turns and mirrors the picture as its EXIF orientation says. Otherwise it is as it lies in the
   * file. */
  PENSTOCK_IMAGES_ORIENT = 1,
  /* Lays the picture on the background. Otherwise alpha is dropped, and what lies below
   * transparent pixels comes to light. */
  PENSTOCK_IMAGES_BLEND = 2,
  /* Decodes what lies below a crop too, so that damage there is found. Otherwise decoding stops
   * with the last row of the crop, and only that the file is not cut short is checked. */
  PENSTOCK_IMAGES_CHECK_ALL = 4
};

/* What the header of a file says. */
typedef struct {
  uint32_t width;  /* as stored, before EXIF orientation */
  uint32_t height; /* as stored */
  int32_t format;  /* PENSTOCK_IMAGES_FORMAT_JPEG or PENSTOCK_IMAGES_FORMAT_PNG */
  uint32_t colours;
  uint32_t channels;    /* in the file; 1 for a palette */
  uint32_t bits;        /* a channel, in the file */
  uint32_t orientation; /* EXIF's 1 to 8; 1 if the file says nothing */
  uint32_t traits;
} penstock_images_info;

/* Which pixels are wanted, and how. */
typedef struct {
  uint32_t channels; /* 1: gray; 3: red, green, blue; 4: these and alpha */
  uint32_t bits;     /* a channel: 8, or 16 in the byte order of this machine */
  /* JPEG: 1, 2, 4 or 8 eighths of the size, rounded up, which the decoder reaches without decoding
   * all; PNG: 8. */
  uint32_t eighths;
  uint32_t flags;
  /* The part that is wanted, of the picture as it would be without this: scaled, and turned if that
   * is asked for. All 0: the whole picture. */
  uint32_t crop_x;
  uint32_t crop_y;
  uint32_t crop_width;
  uint32_t crop_height;
  uint32_t background; /* of PENSTOCK_IMAGES_BLEND: 0xRRGGBB */
  uint32_t reserved;   /* 0 */
  uint64_t max_pixels; /* of the picture as stored: what has more fails */
} penstock_images_request;

typedef struct {
  uint32_t width;
  uint32_t height;
} penstock_images_size;

typedef struct penstock_images_decoder penstock_images_decoder;

/* ---- General ------------------------------------------------------------------------------ */

/* PENSTOCK_IMAGES_ABI_VERSION of the library as built. The first call a binding should make. */
uint32_t penstock_images_abi_version(void);

/* Sizes and field offsets of all structs below, in the order in which they are declared
 * (size, then the offset of each field), so that bindings can be checked. Writes at most capacity
 * values and returns how many there are. */
int32_t penstock_images_layout(uint32_t *values, uint32_t capacity);

/* The symbolic name of a status, as "DAMAGED" or "EINVAL"; "OK" for >= 0. Static, never NULL. */
const char *penstock_images_status_name(int32_t status);

/* What a file is: one of PENSTOCK_IMAGES_FORMAT_*. Looks at its first 16 bytes at most. */
int32_t penstock_images_format(const uint8_t *file, uint64_t file_bytes);

/* ---- Decoding ------------------------------------------------------------------------------
 *
 * JPEG: baseline, extended and progressive, Huffman and arithmetic, 8 bits; gray, YCbCr, RGB, CMYK
 * and YCCK. The pixels are those of libjpeg-turbo with its slow and accurate DCT and smooth
 * ("fancy") upsampling, which is what PIL delivers. CMYK and YCCK are taken as inverted, with or
 * without Adobe's marker, and become RGB as PIL converts them. Gray of YCbCr is Y; gray of all else
 * is PIL's: (19595 R + 38470 G + 7471 B + 32768) >> 16 of 8 bits.
 *
 * PNG: all. Samples of 1, 2 and 4 bits are scaled to 8. 16 bits stay 16, or are refused.
 *
 * ICC profiles and gamma are ignored. What libjpeg-turbo and libpng would only warn of is an error:
 * whatever a call succeeds with is the whole picture. */

/* A decoder, for one thread at a time. It keeps scratch memory from one call to the next; scratch
 * memory never exceeds memory_bytes. -ENOMEM, or -EINVAL if memory_bytes is less than 1 MiB. */
int32_t penstock_images_decoder_open(uint64_t memory_bytes, penstock_images_decoder **decoder);

/* Frees it. NULL is fine. */
void penstock_images_decoder_close(penstock_images_decoder *decoder);

/* One sentence on why the last call with this decoder failed, as "Corrupt JPEG data: bad Huffman
 * code". Valid until the next call with it. Never NULL; empty if it did not fail. */
const char *penstock_images_message(const penstock_images_decoder *decoder);

/* The most scratch memory that calls have had at once, in bytes. */
uint64_t penstock_images_decoder_peak(const penstock_images_decoder *decoder);

/* Reads the header of a JPEG or PNG file. */
int32_t penstock_images_read_info(penstock_images_decoder *decoder, const uint8_t *file,
                                  uint64_t file_bytes, penstock_images_info *info);

/* Decodes a JPEG or PNG file into pixels, with rows that begin stride_bytes apart; 0: one right
 * after another. Writes the size of what it has decoded to size, also when it fails with
 * PENSTOCK_IMAGES_ROOM. After another failure the bytes of the pixels are arbitrary. The address of
 * pixels and stride_bytes are multiples of bits / 8. */
int32_t penstock_images_decode(penstock_images_decoder *decoder, const uint8_t *file,
                               uint64_t file_bytes, const penstock_images_request *request,
                               uint8_t *pixels, uint64_t pixels_bytes, uint64_t stride_bytes,
                               penstock_images_size *size);

/* ---- Transforming -------------------------------------------------------------------------
 *
 * What becomes of decoded pixels of 8 bits: a part is resized, part of the result is cut out,
 * mirrored, changed in colour, and written as bytes or floats. All of it takes one pass, but for
 * changes of colour, and needs no memory for an image in between. Resizing is Pillow's, to the bit:
 * antialiased, in the order columns, rows, with a rounding to bytes after each. Each channel is
 * resized by itself; alpha has no influence on colours. Changes of colour are those of Pillow's
 * ImageEnhance and torchvision's adjust_hue on Pillow's images, to the bit. */

enum { PENSTOCK_IMAGES_BILINEAR = 1, PENSTOCK_IMAGES_BICUBIC = 2 };

/* What is written: bytes as pixels lie above; or float32 or float16 in a plane for each channel,
 * value * factors[channel] + offsets[channel], product and sum each rounded to float32. */
enum { PENSTOCK_IMAGES_BYTES = 1, PENSTOCK_IMAGES_FLOATS = 2, PENSTOCK_IMAGES_HALVES = 3 };

/* Changes of colour. Gray has no saturation and no hue: these change nothing there. */
enum {
  PENSTOCK_IMAGES_BRIGHTNESS = 1,
  PENSTOCK_IMAGES_CONTRAST = 2,
  PENSTOCK_IMAGES_SATURATION = 3,
  PENSTOCK_IMAGES_HUE = 4
};

typedef struct {
  /* The part that is resized, in pixels from the top left corner, fractions included. What lies
   * around it has an influence on its edge. */
  float left;
  float top;
  float right;
  float bottom;
  /* To this size. */
  uint32_t full_width;
  uint32_t full_height;
  /* The part of this that is wanted. */
  uint32_t x;
  uint32_t y;
  uint32_t width;
  uint32_t height;
  uint32_t filter;
  uint32_t mirrored; /* not 0: left and right of what is wanted are exchanged */
  uint32_t form;     /* PENSTOCK_IMAGES_BYTES, ... */
  uint32_t steps;    /* up to four changes of colour, the first one in the lowest byte; 0 is none */
  float brightness;  /* factors from 0; 1 changes nothing */
  float contrast;
  float saturation;
  uint32_t hue; /* 0 to 255, how far hues are turned: 255 is a full circle, as in Pillow's HSV */
  float factors[4];
  float offsets[4];
} penstock_images_transform;

/* Bytes of scratch memory that penstock_images_apply needs for pixels of this size, or -EINVAL:
 * channels are not 1, 3 or 4; the size or one of the parts is empty, or not in what it is a part
 * of; more than 2^24 columns or rows; the filter, the form or a step is none of the above, or a
 * factor of a step negative; steps with 4 channels. */
int64_t penstock_images_apply_bytes(const penstock_images_transform *transform, uint32_t width,
                                    uint32_t height, uint32_t channels);

/* Transforms pixels whose rows begin stride_bytes apart into `to`, which must not overlap them:
 * tightly packed, and aligned for what is written. Scratch is penstock_images_apply_bytes at a
 * multiple of
 * 64. Returns 0, -EINVAL as above, or -ENOSPC if to_bytes or scratch_bytes are too few. */
int32_t penstock_images_apply(const penstock_images_transform *transform, const uint8_t *pixels,
                              uint64_t stride_bytes, uint32_t width, uint32_t height,
                              uint32_t channels, void *to, uint64_t to_bytes, void *scratch,
                              uint64_t scratch_bytes);

/* Bytes of scratch memory that penstock_images_decode_apply needs, or -EINVAL: what
 * penstock_images_apply_bytes refuses for pixels of the size of the request's crop, a request
 * without a crop, or changes of colour of 16 bits. */
int64_t penstock_images_decode_apply_bytes(const penstock_images_request *request,
                                           const penstock_images_transform *transform);

/* Decodes a JPEG or PNG file and transforms its pixels, in one call: penstock_images_decode of the
 * request, which must name its crop (all of the picture if need be), and penstock_images_apply to
 * what it gives. Returns what these return; after a failure the bytes of `to` are arbitrary.
 *
 * Pixels of 16 bits are resized by the same filters, in the same order, with a rounding to 16 bits
 * after each; PENSTOCK_IMAGES_BYTES are then numbers of 16 bits. */
int32_t penstock_images_decode_apply(penstock_images_decoder *decoder, const uint8_t *file,
                                     uint64_t file_bytes, const penstock_images_request *request,
                                     const penstock_images_transform *transform, void *to,
                                     uint64_t to_bytes, void *scratch, uint64_t scratch_bytes);

#ifdef __cplusplus
}
#endif

#endif
