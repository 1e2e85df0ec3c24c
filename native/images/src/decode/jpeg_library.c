/* See jpeg_library.h. */
#include "decode/jpeg_library.h"

#include <jerror.h>
#include <string.h>

enum {
  /* Scans beyond this many are an attack: each costs time, and hardly any bytes. */
  MOST_SCANS = 500
};

static jpeg *jpeg_of(j_common_ptr library) { return library->client_data; }

/* ---- Errors ------------------------------------------------------------------------------- */

static int32_t status_of(const jpeg *jpeg) {
  switch (jpeg->errors.msg_code) {
  case JERR_OUT_OF_MEMORY:
    return task_memory_status(jpeg->task);
  case JERR_ARITH_NOTIMPL:
  case JERR_BAD_PRECISION:
  case JERR_CCIR601_NOTIMPL:
  case JERR_CONVERSION_NOTIMPL:
  case JERR_FRACT_SAMPLE_NOTIMPL:
  case JERR_IMAGE_TOO_BIG:
  case JERR_NOTIMPL:
  case JERR_SOF_UNSUPPORTED:
    return PENSTOCK_IMAGES_UNSUPPORTED;
  default:
    return PENSTOCK_IMAGES_DAMAGED;
  }
}

static _Noreturn void fail(j_common_ptr library) {
  jpeg *jpeg = jpeg_of(library);
  char text[JMSG_LENGTH_MAX];
  jpeg->errors.format_message(library, text);
  task_fail(jpeg->task, status_of(jpeg), "%s", text);
}

/* libjpeg calls this for warnings (-1) and for what it has to tell. */
static void hear(j_common_ptr library, int level) {
  if (level < 0)
    fail(library);
}

static void print_nothing(j_common_ptr library) { (void)library; }

/* ---- Source: the bytes of the file, all there from the beginning --------------------------- */

static void start_source(j_decompress_ptr library) { (void)library; }

static boolean fill_source(j_decompress_ptr library) {
  library->err->msg_code = JERR_INPUT_EOF;
  fail((j_common_ptr)library);
}

static void skip_source(j_decompress_ptr library, long bytes) {
  struct jpeg_source_mgr *source = library->src;
  if (bytes <= 0)
    return;
  if ((unsigned long)bytes > source->bytes_in_buffer)
    fill_source(library);
  source->next_input_byte += bytes;
  source->bytes_in_buffer -= (unsigned long)bytes;
}

static void end_source(j_decompress_ptr library) { (void)library; }

/* ---- Progress: an end to files with endless scans ------------------------------------------ */

static void check_scans(j_common_ptr library) {
  const struct jpeg_decompress_struct *decompress = &jpeg_of(library)->library;
  if (decompress->input_scan_number > MOST_SCANS)
    task_fail(jpeg_of(library)->task, PENSTOCK_IMAGES_LIMIT, "has more than %d scans", MOST_SCANS);
}

/* ---- Memory: what libjpeg asks of a system; these stand in for its jmemnobs.c ---------------- */

/* Tests have compressors, which have no client data, and no limit. */
static memory *memory_of(j_common_ptr library) {
  return library->client_data ? &jpeg_of(library)->task->decoder->memory : NULL;
}

void *jpeg_get_small(j_common_ptr library, size_t bytes);
void jpeg_free_small(j_common_ptr library, void *block, size_t bytes);
void *jpeg_get_large(j_common_ptr library, size_t bytes);
void jpeg_free_large(j_common_ptr library, void *block, size_t bytes);
size_t jpeg_mem_available(j_common_ptr library, size_t least, size_t most, size_t allocated);
void jpeg_open_backing_store(j_common_ptr library, void *info, long bytes);
long jpeg_mem_init(j_common_ptr library);
void jpeg_mem_term(j_common_ptr library);

void *jpeg_get_small(j_common_ptr library, size_t bytes) {
  return memory_take(memory_of(library), bytes);
}

void jpeg_free_small(j_common_ptr library, void *block, size_t bytes) {
  (void)bytes;
  memory_give(memory_of(library), block);
}

void *jpeg_get_large(j_common_ptr library, size_t bytes) {
  return memory_take(memory_of(library), bytes);
}

void jpeg_free_large(j_common_ptr library, void *block, size_t bytes) {
  (void)bytes;
  memory_give(memory_of(library), block);
}

/* As much as it wants: the limit is counted where it is taken. */
size_t jpeg_mem_available(j_common_ptr library, size_t least, size_t most, size_t allocated) {
  (void)library;
  (void)least;
  (void)allocated;
  return most;
}

void jpeg_open_backing_store(j_common_ptr library, void *info, long bytes) {
  (void)info;
  (void)bytes;
  library->err->msg_code = JERR_NO_BACKING_STORE;
  library->err->error_exit(library);
}

long jpeg_mem_init(j_common_ptr library) {
  (void)library;
  return 0;
}

void jpeg_mem_term(j_common_ptr library) { (void)library; }

/* ---- Opening and closing ------------------------------------------------------------------- */

void jpeg_open(jpeg *jpeg, task *task) {
  jpeg->task = task;
  struct jpeg_decompress_struct *library = &jpeg->library;
  library->err = jpeg_std_error(&jpeg->errors);
  jpeg->errors.error_exit = fail;
  jpeg->errors.emit_message = hear;
  jpeg->errors.output_message = print_nothing;
  library->client_data = jpeg;
  jpeg_create_decompress(library);
  jpeg->source = (struct jpeg_source_mgr){.next_input_byte = task->file,
                                          .bytes_in_buffer = task->file_bytes,
                                          .init_source = start_source,
                                          .fill_input_buffer = fill_source,
                                          .skip_input_data = skip_source,
                                          .resync_to_restart = jpeg_resync_to_restart,
                                          .term_source = end_source};
  library->src = &jpeg->source;
  jpeg->progress.progress_monitor = check_scans;
  library->progress = &jpeg->progress;
}

void jpeg_close(jpeg *jpeg) {
  if (!jpeg->task)
    return;
  jpeg_destroy_decompress(&jpeg->library);
  memory_give(&jpeg->task->decoder->memory, jpeg->row);
}
