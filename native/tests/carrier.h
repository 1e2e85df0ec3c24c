/* Whoever carries out the requests of an external reader: out of order, late, short, and with
 * errors that pass. */
#ifndef PENSTOCK_CARRIER_H
#define PENSTOCK_CARRIER_H

#include "support.h"

enum { MOST_OUT = 256 };

struct carrier {
  penstock_reader *reader;
  penstock_reader_options options; /* of the reader */
  uint64_t seed;
  uint32_t error_percent; /* of the requests: some fail for now, some come short */
  uint64_t dead_from;     /* reads behind this byte of a file always fail */
  uint32_t out_count;
  penstock_request out[MOST_OUT];
};

/* Of a reader of a source whose files are those of make_source. Nothing fails. */
carrier start_carrier(penstock_reader *reader, const penstock_reader_options *options,
                      uint64_t seed);

/* Takes at most so many requests over. */
void take_requests(carrier *self, uint32_t capacity);

/* Answers a random request that is out. A second answer, and one that is too long, are refused. */
void answer_one(carrier *self);

/* Drives the reader and answers until so many records are ready, or no more can be had before some
 * are taken. Returns how many are ready, at most `wanted`. */
uint32_t carry_until_ready(carrier *self, uint32_t wanted);

/* Answers all that is out, so that the reader can be closed. */
void answer_all(carrier *self);

#endif
