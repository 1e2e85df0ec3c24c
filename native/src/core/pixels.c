/* Pixels: bytes of images to float32, in the memory of batches. Plain loops that the compiler turns
 * into vector instructions (this file is compiled with -O3), for this processor's if it has AVX2.
 * Products and sums are rounded one after the other (-ffp-contract=off), so that the result is the
 * same everywhere. */
#include <errno.h>

#include "core/pixels.h"
#include "penstock.h"

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Values of an interleaved row that are worked on at a time, with a factor and an offset for each:
 * whole pixels, as many as fit. */
#define ROW_VALUES 256

typedef struct {
  const uint8_t *from;
  float *to;
  uint64_t pixels;
  uint32_t channels;
  const float *factors;
  const float *offsets;
  uint64_t plane; /* values from one plane to the next */
} job;

/* Channel `c` of `channels` side by side, into a plane. */
static ALWAYS_INLINE void spread_one(const job *job, uint32_t channels, uint32_t c) {
  const uint8_t *restrict from = job->from + c;
  float *restrict to = job->to + c * job->plane;
  const float factor = job->factors[c];
  const float offset = job->offsets[c];
  for (uint64_t i = 0; i < job->pixels; i++)
    to[i] = (float)from[i * channels] * factor + offset;
}

/* Colours, all at once: each byte is loaded once. */
static ALWAYS_INLINE void spread_three(const job *job) {
  const uint8_t *restrict from = job->from;
  float *restrict first = job->to;
  float *restrict second = first + job->plane;
  float *restrict third = second + job->plane;
  const float *factors = job->factors;
  const float *offsets = job->offsets;
  const float a = factors[0], b = factors[1], c = factors[2];
  const float x = offsets[0], y = offsets[1], z = offsets[2];
  for (uint64_t i = 0; i < job->pixels; i++) {
    first[i] = (float)from[3 * i] * a + x;
    second[i] = (float)from[3 * i + 1] * b + y;
    third[i] = (float)from[3 * i + 2] * c + z;
  }
}

static ALWAYS_INLINE void spread(const job *job) {
  if (job->channels == 3) {
    spread_three(job);
    return;
  }
  for (uint32_t c = 0; c < job->channels; c++)
    spread_one(job, job->channels, c);
}

static ALWAYS_INLINE void scale_values(const uint8_t *restrict from, float *restrict to,
                                       uint64_t count, const float *restrict factors,
                                       const float *restrict offsets) {
  for (uint64_t i = 0; i < count; i++)
    to[i] = (float)from[i] * factors[i] + offsets[i];
}

/* Channels stay side by side. */
static ALWAYS_INLINE void keep(const job *job) {
  float factors[ROW_VALUES];
  float offsets[ROW_VALUES];
  const uint64_t count = job->pixels * job->channels;
  if (job->channels > ROW_VALUES) {
    for (uint64_t at = 0; at < count; at += job->channels)
      scale_values(job->from + at, job->to + at, job->channels, job->factors, job->offsets);
    return;
  }
  const uint32_t row = ROW_VALUES - ROW_VALUES % job->channels;
  for (uint32_t i = 0; i < row; i++) {
    factors[i] = job->factors[i % job->channels];
    offsets[i] = job->offsets[i % job->channels];
  }
  for (uint64_t at = 0; at < count; at += row)
    scale_values(job->from + at, job->to + at, count - at < row ? count - at : row, factors,
                 offsets);
}

static ALWAYS_INLINE void work(const job *job, int to_planes) {
  if (to_planes && job->channels > 1)
    spread(job);
  else
    keep(job);
}

static void work_anywhere(const job *job, int to_planes) { work(job, to_planes); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void work_avx2(const job *job, int to_planes) {
  work(job, to_planes);
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2"); }
#else
static void work_avx2(const job *job, int to_planes) { work(job, to_planes); }

static int has_avx2(void) { return 0; }
#endif

void pixels_normalize(const uint8_t *from, float *to, uint64_t pixels, uint32_t channels,
                      const float *factors, const float *offsets, uint64_t plane, int to_planes,
                      int vectors) {
  const job job = {from, to, pixels, channels, factors, offsets, plane};
  if (vectors && has_avx2())
    work_avx2(&job, to_planes);
  else
    work_anywhere(&job, to_planes);
}

int32_t penstock_normalize_bytes(uint64_t from_address, uint64_t to_address, uint64_t pixels,
                                 uint32_t channels, const float *factors, const float *offsets,
                                 uint32_t to_planes) {
  if (from_address == 0 || to_address == 0 || to_address % sizeof(float) != 0 || channels == 0 ||
      !factors || !offsets || pixels > (UINT64_C(1) << 46) / channels)
    return -EINVAL;
  pixels_normalize((const uint8_t *)(uintptr_t)from_address, (float *)(uintptr_t)to_address, pixels,
                   channels, factors, offsets, pixels, to_planes != 0, 1);
  return 0;
}
