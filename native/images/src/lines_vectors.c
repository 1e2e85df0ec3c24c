/* The passes with AVX2. A byte times a weight of more than 16 bits does not fit the instruction
 * that multiplies and adds pairs of 16-bit lanes (vpmaddwd), which is twice as fast as any for 32
 * bits; so weights come in two halves, which are multiplied separately and put together in the sum.
 * That is exact: the results are those of plain C. */
#include "lines.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX2_INLINE static inline __attribute__((always_inline, target("avx2")))

AVX2_INLINE __m256i weights_of_four(const int16_t *weights) {
  int64_t four;
  memcpy(&four, weights, sizeof four);
  return _mm256_set1_epi64x(four);
}

AVX2_INLINE __m256i whole(__m256i high, __m256i low) {
  return _mm256_add_epi32(_mm256_slli_epi32(high, WEIGHT_LOW_BITS), low);
}

/* Sums to values of 16 bits, those of `a` and `b` in turn in each half. */
AVX2_INLINE __m256i values_of(__m256i a, __m256i b) {
  const __m256i half = _mm256_set1_epi32(INT32_C(1) << (WEIGHT_BITS - 1));
  return _mm256_packs_epi32(_mm256_srai_epi32(_mm256_add_epi32(a, half), WEIGHT_BITS),
                            _mm256_srai_epi32(_mm256_add_epi32(b, half), WEIGHT_BITS));
}

/* Four pixels of three or four channels: the first two channels of all four in the lower half, the
 * others in the upper one. */
AVX2_INLINE __m256i channels_apart(const uint8_t *pixels, __m256i order) {
  const __m128i bytes = _mm_loadu_si128((const __m128i *)pixels);
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(bytes), order);
}

AVX2_INLINE __m256i order_of(uint32_t channels) {
  if (channels == 3)
    return _mm256_setr_epi8(0, -1, 3, -1, 6, -1, 9, -1, 1, -1, 4, -1, 7, -1, 10, -1, /* upper */
                            2, -1, 5, -1, 8, -1, 11, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  return _mm256_setr_epi8(0, -1, 4, -1, 8, -1, 12, -1, 1, -1, 5, -1, 9, -1, 13, -1, /* upper */
                          2, -1, 6, -1, 10, -1, 14, -1, 3, -1, 7, -1, 11, -1, 15, -1);
}

AVX2_INLINE void store_four(__m128i bytes, uint8_t *const *to, uint64_t offset) {
  const int32_t first = _mm_extract_epi32(bytes, 0);
  const int32_t second = _mm_extract_epi32(bytes, 1);
  const int32_t third = _mm_extract_epi32(bytes, 2);
  const int32_t fourth = _mm_extract_epi32(bytes, 3);
  memcpy(to[0] + offset, &first, sizeof first);
  memcpy(to[1] + offset, &second, sizeof second);
  memcpy(to[2] + offset, &third, sizeof third);
  memcpy(to[3] + offset, &fourth, sizeof fourth);
}

/* Each pixel is stored as four bytes; the next one covers what is too much. */
AVX2_INLINE void colours_along(const weights *weights, uint32_t channels,
                               const uint8_t *const *from, uint8_t *const *to) {
  const __m256i order = order_of(channels);
  for (uint32_t i = 0; i < weights->count; i++) {
    const int16_t *high = weights->high + (uint64_t)i * weights->stride;
    const int16_t *low = weights->low + (uint64_t)i * weights->stride;
    const uint64_t offset = (uint64_t)weights->first[i] * channels;
    __m256i highs[LINES_ROWS], lows[LINES_ROWS];
    for (uint32_t r = 0; r < LINES_ROWS; r++)
      highs[r] = lows[r] = _mm256_setzero_si256();
    for (uint32_t k = 0; k < weights->taps; k += 4) {
      const __m256i high_four = weights_of_four(high + k);
      const __m256i low_four = weights_of_four(low + k);
      for (uint32_t r = 0; r < LINES_ROWS; r++) {
        const __m256i pixels = channels_apart(from[r] + offset + (uint64_t)k * channels, order);
        highs[r] = _mm256_add_epi32(highs[r], _mm256_madd_epi16(pixels, high_four));
        lows[r] = _mm256_add_epi32(lows[r], _mm256_madd_epi16(pixels, low_four));
      }
    }
    const __m256i upper_rows =
        _mm256_hadd_epi32(whole(highs[0], lows[0]), whole(highs[1], lows[1]));
    const __m256i lower_rows =
        _mm256_hadd_epi32(whole(highs[2], lows[2]), whole(highs[3], lows[3]));
    const __m256i values = values_of(upper_rows, lower_rows);
    const __m256i bytes = _mm256_packus_epi16(values, values);
    store_four(
        _mm_unpacklo_epi16(_mm256_castsi256_si128(bytes), _mm256_extracti128_si256(bytes, 1)), to,
        (uint64_t)i * channels);
  }
}

AVX2 static void three_along(const weights *weights, const uint8_t *const *from,
                             uint8_t *const *to) {
  colours_along(weights, 3, from, to);
}

AVX2 static void four_along(const weights *weights, const uint8_t *const *from,
                            uint8_t *const *to) {
  colours_along(weights, 4, from, to);
}

AVX2_INLINE __m256i gray_four(const uint8_t *const *from, uint64_t offset) {
  int32_t rows[LINES_ROWS];
  for (uint32_t r = 0; r < LINES_ROWS; r++)
    memcpy(&rows[r], from[r] + offset, sizeof rows[r]);
  return _mm256_cvtepu8_epi16(_mm_setr_epi32(rows[0], rows[1], rows[2], rows[3]));
}

/* Four pixels of all four rows in a vector. */
AVX2 static void gray_along(const weights *weights, const uint8_t *const *from,
                            uint8_t *const *to) {
  for (uint32_t i = 0; i < weights->count; i++) {
    const int16_t *high = weights->high + (uint64_t)i * weights->stride;
    const int16_t *low = weights->low + (uint64_t)i * weights->stride;
    __m256i highs = _mm256_setzero_si256();
    __m256i lows = _mm256_setzero_si256();
    for (uint32_t k = 0; k < weights->taps; k += 4) {
      const __m256i pixels = gray_four(from, (uint64_t)weights->first[i] + k);
      highs = _mm256_add_epi32(highs, _mm256_madd_epi16(pixels, weights_of_four(high + k)));
      lows = _mm256_add_epi32(lows, _mm256_madd_epi16(pixels, weights_of_four(low + k)));
    }
    const __m256i sums = whole(highs, lows);
    const __m256i values = values_of(_mm256_hadd_epi32(sums, sums), _mm256_setzero_si256());
    const __m256i bytes = _mm256_packus_epi16(values, values);
    const uint32_t upper = (uint32_t)_mm256_extract_epi32(bytes, 0);
    const uint32_t lower = (uint32_t)_mm256_extract_epi32(bytes, 4);
    to[0][i] = (uint8_t)upper;
    to[1][i] = (uint8_t)(upper >> 8);
    to[2][i] = (uint8_t)lower;
    to[3][i] = (uint8_t)(lower >> 8);
  }
}

AVX2_INLINE __m256i pair_of(const int16_t *weights) {
  int32_t pair;
  memcpy(&pair, weights, sizeof pair);
  return _mm256_set1_epi32(pair);
}

AVX2 static void across(const weights *weights, uint32_t at, const uint8_t *const *rows,
                        uint8_t *to, uint64_t bytes) {
  const int16_t *high = weights->high + (uint64_t)at * weights->stride;
  const int16_t *low = weights->low + (uint64_t)at * weights->stride;
  const uint32_t used = weights->used[at];
  const __m256i zero = _mm256_setzero_si256();
  for (uint64_t x = 0; x < bytes; x += 32) {
    __m256i highs[4], lows[4];
    for (uint32_t q = 0; q < 4; q++)
      highs[q] = lows[q] = zero;
    for (uint32_t k = 0; k < used; k += 2) {
      const __m256i first = _mm256_loadu_si256((const __m256i *)(rows[k] + x));
      const __m256i second = _mm256_loadu_si256((const __m256i *)(rows[k + 1] + x));
      const __m256i even = _mm256_unpacklo_epi8(first, second);
      const __m256i odd = _mm256_unpackhi_epi8(first, second);
      const __m256i quarters[4] = {
          _mm256_unpacklo_epi8(even, zero), _mm256_unpackhi_epi8(even, zero),
          _mm256_unpacklo_epi8(odd, zero), _mm256_unpackhi_epi8(odd, zero)};
      const __m256i high_pair = pair_of(high + k);
      const __m256i low_pair = pair_of(low + k);
      for (uint32_t q = 0; q < 4; q++) {
        highs[q] = _mm256_add_epi32(highs[q], _mm256_madd_epi16(quarters[q], high_pair));
        lows[q] = _mm256_add_epi32(lows[q], _mm256_madd_epi16(quarters[q], low_pair));
      }
    }
    const __m256i even = values_of(whole(highs[0], lows[0]), whole(highs[1], lows[1]));
    const __m256i odd = values_of(whole(highs[2], lows[2]), whole(highs[3], lows[3]));
    _mm256_storeu_si256((__m256i *)(to + x), _mm256_packus_epi16(even, odd));
  }
}

int lines_along_vectors(const weights *weights, uint32_t channels, const uint8_t *const *from,
                        uint8_t *const *to) {
  if (!__builtin_cpu_supports("avx2"))
    return 0;
  if (channels == 3)
    three_along(weights, from, to);
  else if (channels == 4)
    four_along(weights, from, to);
  else
    gray_along(weights, from, to);
  return 1;
}

int lines_across_vectors(const weights *weights, uint32_t at, const uint8_t *const *rows,
                         uint8_t *to, uint64_t bytes) {
  if (!__builtin_cpu_supports("avx2"))
    return 0;
  across(weights, at, rows, to, bytes);
  return 1;
}
#else
int lines_along_vectors(const weights *weights, uint32_t channels, const uint8_t *const *from,
                        uint8_t *const *to) {
  (void)weights;
  (void)channels;
  (void)from;
  (void)to;
  return 0;
}

int lines_across_vectors(const weights *weights, uint32_t at, const uint8_t *const *rows,
                         uint8_t *to, uint64_t bytes) {
  (void)weights;
  (void)at;
  (void)rows;
  (void)to;
  (void)bytes;
  return 0;
}
#endif
