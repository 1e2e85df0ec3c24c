/* What the tests share: checks that say where they failed, files whose every byte is known, and a
 * reader driven to the end of an order. */
#ifndef PENSTOCK_SUPPORT_H
#define PENSTOCK_SUPPORT_H

#include <stdint.h>
#include <stdio.h>

#include "penstock.h"

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

/* The same, and no descriptor may stay open. */
#define RUN_COUNTED(test)                                                                          \
  do {                                                                                             \
    const uint32_t before = count_descriptors();                                                   \
    RUN(test);                                                                                     \
    CHECK_EQUAL(count_descriptors(), before);                                                      \
  } while (0)

/* Byte number `offset` of file `salt`. */
uint8_t pattern(uint64_t offset, uint32_t salt);

/* Writes a file of `bytes` in the working directory; returns its name (static memory, a few at
 * once). */
const char *make_file(const char *name, uint64_t bytes, uint32_t salt);

uint64_t next_random(uint64_t *state);

/* 0 to count - 1 in an order that the seed chooses. The caller frees it. */
int64_t *make_shuffled(uint64_t count, uint64_t seed);

/* Descriptors that this process has open. */
uint32_t count_descriptors(void);

/* A source without files. */
penstock_source *new_source(void);

/* Adds a file; its number, or the status. */
int32_t add_file(penstock_source *source, const char *path);

/* Closes a source, which must succeed. */
void close_source(penstock_source *source);

/* Whether a backend works here with this source; says why not. */
int is_available(penstock_source *source, uint32_t backend, uint32_t io);

/* What make_source makes of a column: all records of the size that is asked for, or of sizes around
 * it, in the file one after another, in some other arrangement with gaps, overlapping and the same
 * ones, or nearly all tiny and a giant; or a variable column whose records have one size after all.
 */
typedef enum {
  OF_ONE_SIZE,
  ONE_AFTER_ANOTHER,
  IN_DISORDER,
  ONE_GIANT,
  ALL_EQUAL,
  COLUMN_KINDS
} column_kind;
extern column_kind kind_of_columns;

/* A source with one column per record size in `sizes` (ends with 0), each in a file of its own,
 * whose data begin at offset 128 (as NumPy's do) and end with the file; of the kind that
 * kind_of_columns says. With several columns the second one has records of one size in any case. */
penstock_source *make_source(const uint64_t *sizes, uint64_t record_count);

/* Options with all fields set: pread, buffered, slots only. */
penstock_reader_options make_options(uint32_t batch_size);

/* Makes options for cells or slots of one size those for records that differ in size, when the
 * source has variable columns: chunks for as many records of mean size, and values for a batch. */
void adapt_options(const penstock_source *source, penstock_reader_options *options);

/* Asserts that a column of a slot, at this offset in it, holds these records of a source made by
 * make_source. */
void check_column(const penstock_source *source, uint32_t column, const uint8_t *slot,
                  uint64_t offset, const int64_t *indices, uint32_t count);

/* Asserts that a column of a slot holds these records of a file made with salt. */
void check_records(const uint8_t *slot, const int64_t *indices, uint32_t count,
                   uint64_t record_bytes, uint64_t data_offset, uint32_t salt);

typedef struct carrier carrier;

/* Drives until so many records are ready, or as many as there is room for. An external reader's
 * requests are carried out as carrier.h says: by this carrier, or by one that does it for this
 * once. Returns how many are ready, at most `wanted`. */
uint32_t drive_until(penstock_reader *reader, const penstock_reader_options *options,
                     uint32_t wanted, carrier *caller);

/* Reads the whole order through the reader in batches and checks every byte of every column of a
 * source made by make_source. Keeps `slots` batches ordered (slots) or all that there is room for
 * (cells). */
void read_and_check(penstock_reader *reader, penstock_source *source,
                    const penstock_reader_options *options, const int64_t *indices, uint64_t count);

#endif
