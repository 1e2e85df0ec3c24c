/* What a read is, and what carries reads out: requests, and the four functions that a backend has.
 * Included by internal.h, behind what a source is. */
#ifndef PENSTOCK_REQUESTS_H
#define PENSTOCK_REQUESTS_H

enum { MAX_PIECES = 3 };

/* A request has at most 4096 records. */
enum { MAX_HALVINGS = 13 };

/* Some of the records of a request. */
typedef struct {
  uint32_t first;
  uint32_t end;
} part;

/* One read, from when it is issued until its bytes are at their places. The bytes lie side by side
 * from base on. But of a straight one the first and the last block may hold bytes of other records,
 * and these must not get into the memory beside this record's place: such blocks go to edges. */
typedef struct request {
  uint8_t *base;  /* where the first byte goes, or would go if it were not for head_bytes */
  uint8_t *edges; /* staging for the first head_bytes and, behind them, the last tail_bytes */
  uint64_t offset_bytes; /* of the first byte in the file; aligned */
  uint32_t length_bytes; /* asked for; aligned */
  uint32_t
      needed_bytes; /* how many of them hold wanted bytes: the end of a file may cut the rest */
  uint32_t done_bytes;
  uint32_t head_bytes; /* a block, or 0 */
  uint32_t tail_bytes; /* a block, or 0 */
  uint64_t started_ns;
  uint32_t file;
  uint32_t column;
  uint32_t cut_count;
  uint32_t *cuts; /* entries to cut out, ascending by record index */
  /* After an error a request for many is halved: cuts from `first` to `end` are being read, and
   * those of the parts that are left come later. A cut that is done with is ENTRY_NONE then, as is
   * one that was given up. */
  uint32_t first;
  uint32_t end;
  part later[MAX_HALVINGS];
  uint32_t later_count;
  uint64_t origin_bytes;           /* offset_bytes, before it was halved */
  uint8_t is_under_way;            /* from when it is issued until it is dropped */
  uint8_t is_again;                /* it was started before: the consumer has waited for it */
  uint8_t is_given_up;             /* nobody wants any of it: it need not be read */
  uint32_t attempts;               /* failed tries of what is being read now */
  uint32_t busy;                   /* times that the kernel asked to try it again */
  uint32_t chunk;                  /* number of its chunk of staging, + 1; 0: it has none */
  uint8_t straight;                /* base is the destination */
  struct iovec pieces[MAX_PIECES]; /* where what is left to be read goes: see request_pieces */
} request;

typedef struct {
  request *request;
  int32_t result; /* bytes read, or -errno */
} completion;

/* What a read came to. Of a bad sector the block layer says -ENODATA ("critical medium error"),
 * which here is the word for a file that ends early. */
static inline int32_t completion_result(const completion *done) {
  return done->result == -ENODATA ? -EIO : done->result;
}

/* What is still to be read of a request. */
static inline uint64_t request_offset(const request *request) {
  return request->offset_bytes + request->done_bytes;
}

static inline uint32_t request_length(const request *request) {
  return request->length_bytes - request->done_bytes;
}

/* request.c: where the bytes of a request go. Fills pieces for what is still to be read; returns
 * how many there are. */
uint32_t request_pieces(request *request);
/* Copies bytes `begin` to `end` of what was read, counted from its first byte, to their place; not
 * those that are there already. */
void request_copy(const request *request, uint64_t begin, uint64_t end, uint8_t *place);

/* How requests become bytes. One value per reader; `state` belongs to the backend. */
typedef struct backend {
  void *state;
  /* Takes a request on; never more than queue_depth at once. Returns 0 or -errno: backend broken.
   */
  int32_t (*start)(struct backend *self, request *request);
  /* Submits what was started; waits until `wanted` requests completed or timeout_ns passed (0: does
   * not wait); stores at most capacity completions. Returns their number, or -errno: backend
   * broken. */
  int32_t (*finish)(struct backend *self, uint32_t wanted, uint64_t timeout_ns,
                    completion *completions, uint32_t capacity);
  /* Frees the state. Nothing is in flight. */
  void (*close)(struct backend *self);
  int drops_behind; /* what is read does not stay in the page cache: no advice is needed */
} backend;

typedef struct {
  const penstock_source *source;
  uint32_t io;
  uint32_t queue_depth;
  uint8_t *fixed_base; /* NULL: no buffer to register */
  uint64_t fixed_bytes;
  uint32_t drop_behind;
} backend_options;

int32_t backend_uring_open(backend *self, const backend_options *options);
int32_t backend_pread_open(backend *self, const backend_options *options);

/* Bytes that the backend allocates when it is opened, the ring it shares with the kernel included.
 */
uint64_t backend_memory(uint32_t kind, uint32_t queue_depth);
uint64_t backend_uring_memory(uint32_t queue_depth);
uint64_t backend_pread_memory(uint32_t queue_depth);

/* Opens the backend that the option names. Tests replace it to inject faults. */
typedef int32_t (*backend_opener)(backend *self, uint32_t kind, const backend_options *options);
int32_t backend_open(backend *self, uint32_t kind, const backend_options *options);
int32_t reader_open_with(penstock_source *source, const penstock_reader_options *options,
                         backend_opener opener, penstock_reader **reader);

static inline int request_fd(const penstock_source *source, const request *request, uint32_t io) {
  const source_file *file = &source->files[request->file];
  return io == PENSTOCK_IO_DIRECT ? file->fd_direct : file->fd_buffered;
}

#endif
