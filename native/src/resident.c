/* Resident columns: small ones (labels beside images) are read once, front to back, and kept. Else
 * each label of a shuffled order would cost a request as dear as its image's. */
#include <errno.h>
#include <string.h>

#include "internal.h"

/* Damage is told to so many bytes: the block of file systems and of most disks. */
#define DAMAGE_BLOCK_BYTES 4096

uint64_t resident_column_bytes(const penstock_source *source, uint32_t column) {
  return source->record_count * source->columns[column].record_bytes;
}

/* Smallest first, as many as fit together. A column with gaps stays where it is: to read it front
 * to back is to read what lies between its records too, which may be the whole data set. */
void resident_choose(const penstock_source *source, uint64_t budget_bytes, uint8_t *is_resident) {
  memset(is_resident, 0, PENSTOCK_MAX_COLUMNS);
  for (;;) {
    uint32_t best = PENSTOCK_MAX_COLUMNS;
    for (uint32_t i = 0; i < source->column_count; i++) {
      uint64_t bytes;
      if (!is_resident[i] && !source->columns[i].has_gaps &&
          !__builtin_mul_overflow(source->record_count, source->columns[i].record_bytes, &bytes) &&
          bytes <= budget_bytes &&
          (best == PENSTOCK_MAX_COLUMNS ||
           source->columns[i].record_bytes < source->columns[best].record_bytes))
        best = i;
    }
    if (best == PENSTOCK_MAX_COLUMNS)
      return;
    is_resident[best] = 1;
    budget_bytes -= resident_column_bytes(source, best);
  }
}

typedef struct {
  penstock_reader *reader;
  uint32_t column;
  uint32_t file;
  uint32_t alignment;
} load;

/* Reads [begin, end) of the file to `to`. Returns 0, why these bytes cannot be had (in
 * *damage_status), or -errno when the backend is broken. */
static int32_t read_range(load *load, uint64_t begin, uint64_t end, uint8_t *to,
                          int32_t *damage_status) {
  penstock_reader *reader = load->reader;
  request *request = &reader->requests[0];
  *request = (struct request){.base = reader->staging.base,
                              .cuts = request->cuts,
                              .offset_bytes = round_down(begin, load->alignment),
                              .file = load->file,
                              .column = load->column};
  request->length_bytes = (uint32_t)(round_up(end, load->alignment) - request->offset_bytes);
  request->needed_bytes = (uint32_t)(end - request->offset_bytes);
  *damage_status = 0;
  for (uint32_t attempts = 0; request->done_bytes < request->needed_bytes;) {
    completion done;
    int32_t status = reader->backend.start(&reader->backend, request);
    reader->statistics.requests++;
    reader->statistics.bytes_read += request_length(request);
    while (status == 0)
      status = reader->backend.finish(&reader->backend, 1, UINT64_MAX, &done, 1);
    if (status < 0)
      return status;
    if (done.result <= 0 || (uint32_t)done.result % load->alignment != 0) {
      const uint32_t got = done.result > 0 ? (uint32_t)done.result : 0;
      if (request->done_bytes + got >= request->needed_bytes)
        break;
      *damage_status = done.result < 0 ? completion_result(&done) : -ENODATA;
      const int is_busy = done.result == -EINTR || done.result == -EAGAIN;
      if (++attempts < (is_busy ? 64 : 2))
        continue;
      if (is_busy)
        *damage_status = -EIO;
      return 0;
    }
    request->done_bytes += (uint32_t)done.result;
    *damage_status = 0;
  }
  *damage_status = 0;
  memcpy(to, request->base + (begin - request->offset_bytes), end - begin);
  return 0;
}

/* Adjoining damage is one; where there is no room for more, the last one grows: what is not known
 * to be whole is not delivered. */
static void note_damage(load *load, uint64_t begin, uint64_t end, int32_t status) {
  penstock_reader *reader = load->reader;
  if (reader->damage_count > 0) {
    damage *last = &reader->damaged[reader->damage_count - 1];
    if (last->column == load->column &&
        (last->end == begin || reader->damage_count == RESIDENT_MAX_DAMAGES)) {
      last->end = end;
      return;
    }
    if (reader->damage_count == RESIDENT_MAX_DAMAGES) {
      /* The last one is of another column: its rest is given up with it. */
      last->end = UINT64_MAX;
      last->column = PENSTOCK_MAX_COLUMNS;
      return;
    }
  }
  reader->damaged[reader->damage_count++] =
      (damage){.begin = begin, .end = end, .column = load->column, .status = status};
}

static int32_t load_chunk(load *load, const source_shard *shard, uint64_t begin, uint64_t end) {
  penstock_reader *reader = load->reader;
  const uint64_t record_bytes = reader->source->columns[load->column].record_bytes;
  const uint64_t place = shard->first_index * record_bytes;
  uint8_t *to = reader->resident[load->column] + place - shard->offset_bytes;
  int32_t damage_status;
  int32_t status = read_range(load, begin, end, to + begin, &damage_status);
  if (status < 0 || damage_status == 0)
    return status;
  while (begin < end) {
    uint64_t next = round_down(begin, DAMAGE_BLOCK_BYTES) + DAMAGE_BLOCK_BYTES;
    next = next < end ? next : end;
    status = read_range(load, begin, next, to + begin, &damage_status);
    if (status < 0)
      return status;
    if (damage_status < 0)
      note_damage(load, begin + place - shard->offset_bytes, next + place - shard->offset_bytes,
                  damage_status);
    begin = next;
  }
  return 0;
}

int32_t resident_load(penstock_reader *reader, uint32_t column) {
  const source_column *of = &reader->source->columns[column];
  for (uint32_t i = 0; i < of->shard_count; i++) {
    const source_shard *shard = &of->shards[i];
    load load = {.reader = reader, .column = column, .file = shard->file};
    load.alignment =
        source_offset_alignment(&reader->source->files[shard->file], reader->options.io);
    const uint64_t step = reader->options.max_read_bytes;
    uint64_t begin = shard->offset_bytes;
    const uint64_t end = begin + shard->record_count * of->record_bytes;
    while (begin < end) {
      uint64_t next = round_down(begin, load.alignment) + step;
      next = next < end ? next : end;
      const int32_t status = load_chunk(&load, shard, begin, next);
      if (status < 0)
        return status;
      begin = next;
    }
  }
  return 0;
}

/* Called for each record that is taken; damage is rare, so the loop is nearly always empty. */
void resident_check(penstock_reader *reader, uint32_t entry) {
  for (uint32_t i = 0; i < reader->damage_count; i++) {
    const damage *damage = &reader->damaged[i];
    const int any = damage->column == PENSTOCK_MAX_COLUMNS;
    const uint64_t record_bytes = any ? 1 : reader->source->columns[damage->column].record_bytes;
    const uint64_t begin = entry_index(&reader->entries, entry) * record_bytes;
    if (any || (begin < damage->end && begin + record_bytes > damage->begin))
      entry_fail(&reader->entries, entry, any ? 0 : damage->column, damage->status);
  }
}
