/* What the tests of images share: checks that say where they failed, and random numbers. */
#ifndef PENSTOCK_IMAGES_SUPPORT_H
#define PENSTOCK_IMAGES_SUPPORT_H

#include <stdint.h>
#include <stdio.h>

void check_failed(const char *file, int line, const char *expression, int64_t left, int64_t right);

#define CHECK(condition)                                                                           \
  do {                                                                                             \
    if (!(condition))                                                                              \
      check_failed(__FILE__, __LINE__, #condition, 0, 0);                                          \
  } while (0)
#define CHECK_EQUAL(actual, expected)                                                              \
  do {                                                                                             \
    const int64_t actual_ = (int64_t)(actual);                                                     \
    const int64_t expected_ = (int64_t)(expected);                                                 \
    if (actual_ != expected_)                                                                      \
      check_failed(__FILE__, __LINE__, #actual " == " #expected, actual_, expected_);              \
  } while (0)

/* Runs a test and prints its name, so that a failure is easy to place. */
#define RUN(test)                                                                                  \
  do {                                                                                             \
    printf("%s\n", #test);                                                                         \
    fflush(stdout);                                                                                \
    test();                                                                                        \
  } while (0)

uint64_t next_random(uint64_t *state);

#endif
