/* A request: one read, and where its bytes go. */
#ifndef PENSTOCK_REQUEST_H
#define PENSTOCK_REQUEST_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "core/chunk.h"

/* Memory for a part of a read. As struct iovec is, so that io can hand it to the kernel. */
typedef struct {
  uint8_t *base;
  size_t bytes;
} memory_piece;

enum { MAX_PIECES = 3 };

/* A request has at most 4096 records. */
enum { MAX_HALVINGS = 13 };

/* Some of the records of a request. */
typedef struct {
  uint32_t first;
  uint32_t end;
} part;

/* What a read belongs to: those of resident columns to neither. */
typedef enum { PART_OF_NOTHING, PART_OF_SWEEP, PART_OF_HEAD } request_part;

/* One read, from when it is issued until its bytes are at their places. The bytes go to consecutive
 * memory from base on. But the first and the last block of a straight read may hold bytes of other
 * records, which must not overwrite the memory beside this record's place: such blocks go to edges.
 */
typedef struct request {
  uint8_t *base;  /* where the first byte goes, or would go if there were no lead_bytes */
  uint8_t *edges; /* staging for the first lead_bytes and, behind them, the last trail_bytes */
  uint64_t offset_bytes; /* of the first byte in the file; aligned */
  uint32_t length_bytes; /* asked for; aligned */
  uint32_t needed_bytes; /* of them are wanted: a file may end before the rest */
  uint32_t done_bytes;
  uint32_t lead_bytes;  /* a block, or 0 */
  uint32_t trail_bytes; /* a block, or 0 */
  uint64_t started_ns;
  uint32_t file;
  uint32_t column;
  uint32_t cut_count;
  uint32_t *cuts; /* entries to cut out, ascending by record index */
  /* After an error a request for many records is halved: cuts from `first` to `end` are being read
   * now, the other parts later. A cut that is done with, or was given up, is ENTRY_NONE. */
  uint32_t first;
  uint32_t end;
  part later[MAX_HALVINGS];
  uint32_t later_count;
  uint64_t origin_bytes;           /* offset_bytes, before it was halved */
  uint8_t is_under_way;            /* from when it is issued until it is dropped */
  uint8_t is_again;                /* it was started before: it goes to the front of a queue */
  uint8_t part_of;                 /* a request_part, until it is dropped */
  uint8_t is_given_up;             /* none of it is wanted any more: it need not be read */
  uint8_t is_copying;              /* its bytes are here, and handed to helpers: see help.h */
  _Atomic uint32_t is_copied;      /* they have been copied to their places, */
  uint64_t copied_bytes;           /* so many */
  uint32_t attempts;               /* failures of what is being read now */
  uint32_t busy;                   /* times that the kernel asked to try it again */
  uint32_t chunk;                  /* number of its chunk of staging + 1; 0: it has none */
  uint8_t straight;                /* base is the destination */
  chain_place chain;               /* of a single record, where its bytes of this read begin */
  memory_piece pieces[MAX_PIECES]; /* where what is left to be read goes: see request_pieces */
} request;

/* Where what is left to be read begins. */
static inline uint64_t request_offset(const request *request) {
  return request->offset_bytes + request->done_bytes;
}

static inline uint32_t request_length(const request *request) {
  return request->length_bytes - request->done_bytes;
}

/* Fills pieces for what is still to be read; returns
 * how many there are. */
uint32_t request_pieces(request *request);
/* Copies bytes `begin` to `end` of what was read, counted from its first byte, to their place; not
 * those that are there already. */
void request_copy(const request *request, uint64_t begin, uint64_t end, uint8_t *place);

#endif
