/* Penstock: reads records of large files in an order known in advance, at the device's speed.
 *
 * What it owns: open files, mappings, I/O buffers, and the records that were read ahead.
 * What it must not do: own threads, keep globals, print, abort, or touch the bytes of a mapping.
 *
 * CAVEATS
 * - A file cut short while it is mapped raises SIGBUS in C code, which kills the process. So this
 *   library maps and advises but never reads a mapping; the caller copies out of it.
 * - Direct reads in flight cannot be cancelled. Closing or resetting a reader waits for them.
 * - Handles do not survive fork(): memory and rings are not inherited by the child.
 *
 * RULES
 * - A call returns 0 or a count on success and -errno on failure; errno itself is no part of it.
 * - A handle is created by *_open and freed by *_close; NULL is never a valid handle.
 * - Strings are UTF-8, zero-terminated, and copied. Arrays are read during the call only.
 * - A source may be shared by threads once its columns are added. A reader has one owner thread:
 *   all calls on it, from open to close, come from that thread, but for those that say otherwise
 *   (penstock_reader_populate, penstock_reader_help). Different readers are independent.
 *
 * THE WAY OF A RECORD
 * An order is a sequence of record indices. `penstock_reader_order` appends indices to it, far
 * ahead of the consumer. `penstock_reader_drive` moves I/O along: an elevator sweeps over the file
 * and reads what the order wants near its place, merging neighbours. `penstock_reader_take` hands
 * over the oldest records of the order, in order. A record's destination is either its place in a
 * slot that was named when it was ordered, or a cell of the reader, from which take copies it. */
#ifndef PENSTOCK_H
#define PENSTOCK_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Raised whenever a signature, a struct or a meaning below changes. */
enum { PENSTOCK_ABI_VERSION = 12 };

/* Limits. */
enum {
  /* Records per source: indices need 48 bits. */
  PENSTOCK_MAX_RECORDS_LOG2 = 48,
  /* Columns per source. */
  PENSTOCK_MAX_COLUMNS = 64,
  /* Counts of a histogram of lengths, see penstock_source_lengths. */
  PENSTOCK_LENGTH_BUCKETS = 42,
  /* Entries (records ordered and not yet taken) per reader. */
  PENSTOCK_MAX_ENTRIES_LOG2 = 29,
  /* Batches ordered with a slot and not yet taken, per reader. */
  PENSTOCK_MAX_SLOT_BATCHES = 1024,
  /* Requests in flight per reader. */
  PENSTOCK_MAX_QUEUE_DEPTH = 4096,
  /* Bytes per request, as far as the caller chooses. */
  PENSTOCK_MAX_READ_BYTES = 64 << 20,
  /* Records per request; less for deep queues, see penstock_footprint. */
  PENSTOCK_MAX_REQUEST_RECORDS = 4096,
  /* Batches, at most, that the reserve is for: cells kept free for reads that cannot wait. */
  PENSTOCK_RESERVE_BATCHES = 4,
  /* The size of a chunk. */
  PENSTOCK_LEAST_CHUNK_BYTES = 64,
  PENSTOCK_MOST_CHUNK_BYTES = 4096
};

/* Slots begin at multiples of this, and no request is smaller. It has nothing to do with the size
 * of a page: every file system reads whole blocks of this size directly, into memory aligned to it.
 */
enum { PENSTOCK_BLOCK_BYTES = 4096 };

/* What a device is taken to need, until a reader has learned more: measured on a virtual NVMe disk.
 * What matters is the proportion. */
enum {
  PENSTOCK_GUESS_REQUEST_NS = 14000, /* nanoseconds for each request */
  PENSTOCK_GUESS_BYTE_PS = 670       /* picoseconds for each byte */
};

typedef struct penstock_source penstock_source;
typedef struct penstock_reader penstock_reader;

/* How records are read. */
enum {
  PENSTOCK_BACKEND_URING = 1,   /* io_uring: many reads in flight from one thread */
  PENSTOCK_BACKEND_PREAD = 2,   /* POSIX_FADV_WILLNEED ahead of time (or direct), then pread */
  PENSTOCK_BACKEND_EXTERNAL = 3 /* the caller reads: see penstock_reader_poll; only with
                                   PENSTOCK_IO_BUFFERED */
};

/* Whether the page cache takes part. */
enum { PENSTOCK_IO_DIRECT = 1, PENSTOCK_IO_BUFFERED = 2 };

/* What a reader may learn from the device while it reads. */
enum {
  PENSTOCK_ADAPT_DEPTH = 1, /* requests in flight: queue_depth is the most */
  PENSTOCK_ADAPT_GAP = 2,   /* the gap worth reading through: merge_gap_bytes is the first guess */
  PENSTOCK_ADAPT_READ = 4   /* the size of a read: max_read_bytes, and more of it, up to half of
                               staging_bytes, where a request costs more than so many bytes; or half
                               as much again, for what would be a small rest of a block */
};

/* Advice for mapped or cached pages: what the caller is about to do. */
enum {
  PENSTOCK_ADVICE_NORMAL = 0,     /* nothing special */
  PENSTOCK_ADVICE_RANDOM = 1,     /* random records: the kernel should not read around them */
  PENSTOCK_ADVICE_SEQUENTIAL = 2, /* ascending records: the kernel should read far ahead */
  PENSTOCK_ADVICE_WILLNEED = 3,   /* these records soon: the kernel should start reading them */
  PENSTOCK_ADVICE_DONTNEED = 4    /* not soon again: the kernel may drop their pages */
};

/* ---- General ------------------------------------------------------------------------------ */

/* PENSTOCK_ABI_VERSION of the library as built. The first call a binding should make. */
uint32_t penstock_abi_version(void);

/* The symbolic name of a status, as "EIO" for -EIO; "OK" for >= 0. Static memory, never NULL. */
const char *penstock_status_name(int32_t status);

/* One sentence saying what a status means here, as "input/output error". Static, never NULL. */
const char *penstock_status_text(int32_t status);

/* Sizes and field offsets of all structs below, in the order in which they are declared (size, then
 * the offset of each field), so that bindings can be checked. Writes at most capacity values and
 * returns how many there are. */
int32_t penstock_layout(uint32_t *values, uint32_t capacity);

/* The size of a page of this system: the unit of mappings and of the page cache. */
uint64_t penstock_page_bytes(void);

/* ---- Memory ------------------------------------------------------------------------------- */

/* Maps `bytes` of zeroed private memory at a 2 MiB boundary, advised for transparent huge pages
 * when huge_pages is not 0, and kept out of forked children. Stores the address in *address. Any
 * thread. Returns 0, -EINVAL (bytes is 0 or absurd) or -ENOMEM. */
int32_t penstock_memory_allocate(uint64_t bytes, uint32_t huge_pages, uint64_t *address);

/* Gives back what penstock_memory_allocate mapped; bytes must be the same. Returns 0 or -EINVAL. */
int32_t penstock_memory_free(uint64_t address, uint64_t bytes);

/* Turns `pixels` pixels of `channels` bytes side by side into float32, value * factors[channel] +
 * offsets[channel], each product and each sum rounded: the same on every processor. With to_planes
 * 0 channels stay side by side, otherwise each has a plane of `pixels` values, one plane after the
 * other. Reads pixels * channels bytes at from_address and writes as many floats at to_address, a
 * multiple of 4; neither may lie in a mapped file, nor overlap the other. Any thread. Returns 0 or
 * -EINVAL. */
int32_t penstock_normalize_bytes(uint64_t from_address, uint64_t to_address, uint64_t pixels,
                                 uint32_t channels, const float *factors, const float *offsets,
                                 uint32_t to_planes);

/* ---- Files that are written ----------------------------------------------------------------- */

/* Reserves room for a file on its device, and makes it at least so long: later writes into it do
 * not run out of room. The file must exist. Must not be called while this process holds a lock on
 * the file: closing any descriptor of a file gives up POSIX locks on it. Any thread. Returns 0,
 * -ENOSPC, -EDQUOT or -EFBIG (there is no such room), -EOPNOTSUPP (the file system cannot reserve),
 * or what open(2) reports. */
int32_t penstock_file_reserve(const char *path, uint64_t bytes);

/* Exchanges the names of two files or directories of one file system in one step. Any thread.
 * Returns 0, -ENOSYS or -EINVAL (the kernel or the file system cannot), -ENOENT (one is missing),
 * -EXDEV (two file systems), or what renameat2(2) reports. */
int32_t penstock_path_exchange(const char *one, const char *other);

/* ---- Small files ----------------------------------------------------------------------------- */

/* Reads a part of a file that is opened for this and closed again: one of very many, which cannot
 * all be open, and may be edited at any time. It must be what it was when it was listed: a regular
 * file (at the end of a link, perhaps), of size_bytes, modified at modified_ns. Of a file that is
 * no longer so, nothing is to be believed. Reads length_bytes from offset_bytes on to `address`.
 * Waits for the device, but not for the writer of a FIFO; uses no memory but the caller's, and one
 * descriptor at a time. Any thread. Returns length_bytes, -EINVAL (no path, or a range beyond
 * size_bytes), -ESTALE (another size, another time, no regular file, or it was cut short while it
 * was read), or what open(2), fstat(2) and read(2) report: -ENOENT, -EACCES, -EMFILE, -EIO ... */
int64_t penstock_file_read(const char *path, uint64_t size_bytes, int64_t modified_ns,
                           uint64_t offset_bytes, uint64_t length_bytes, uint64_t address);

/* ---- Source: files and columns --------------------------------------------------------------- */

/* What is known of an open file. */
typedef struct penstock_file_info {
  uint64_t size_bytes;
  uint64_t inode;
  uint64_t device;
  int64_t modified_ns;              /* since the epoch of the clock */
  uint32_t direct_offset_alignment; /* of offset and length of direct reads; 0: none */
  uint32_t direct_memory_alignment; /* of memory for direct reads; 0: none */
} penstock_file_info;

/* A run of records of a column at equal distances in one file. */
typedef struct penstock_shard {
  uint64_t offset_bytes; /* of its first record in the file */
  uint64_t record_count; /* 0 is allowed: an empty shard */
  uint64_t stride_bytes; /* from record to record, more or less than their size; 0: their size */
  uint32_t file;         /* number returned by penstock_source_add_file */
  uint32_t reserved;     /* must be 0 */
} penstock_shard;

/* What is known of a column. */
typedef struct penstock_column_info {
  uint64_t record_count;
  uint64_t record_bytes;  /* of each record; 0: they differ in size */
  uint64_t total_bytes;   /* of all records */
  uint64_t least_bytes;   /* the shortest record; 0 without records */
  uint64_t longest_bytes; /* the longest one */
  uint64_t table_bytes;   /* that its record table takes, or its shards if they are many; else 0 */
} penstock_column_info;

/* Where and why something failed. Fields that do not apply are -1 (numbers) or 0 (bytes). */
typedef struct penstock_failure {
  int32_t status;          /* -errno; 0: nothing failed */
  int32_t column;          /* number of the column */
  int32_t file;            /* number of the file */
  uint32_t taken;          /* of penstock_reader_take: how many records it took */
  int64_t index;           /* record index in the dataset */
  int64_t offset_bytes;    /* of the record in the file */
  uint64_t expected_bytes; /* of the record, or the size of the file when it was opened */
  uint64_t found_bytes;    /* size of the file now */
} penstock_failure;

/* Creates an empty source in *source. Returns 0, -EINVAL or -ENOMEM. */
int32_t penstock_source_open(penstock_source **source);

/* Opens the regular file at path for reading and fills *info; says whether direct reads work by
 * doing one. One thread at a time. Returns the file's number (0, 1, ...), -EISDIR, -EINVAL (not a
 * regular file), -EMFILE (too many files), -ENOMEM, or what open(2) and fstat(2) report: -ENOENT,
 * -EACCES ... */
int32_t penstock_source_add_file(penstock_source *source, const char *path,
                                 penstock_file_info *info);

/* Adds something that the caller reads, and this library does not open: an object of a store, or
 * one of very many small files. Only readers of PENSTOCK_BACKEND_EXTERNAL read it; nothing else can
 * be done with it (-EINVAL), and penstock_source_check passes it over. One thread at a time.
 * Returns the file's number, -EINVAL, -EMFILE (too many files) or -ENOMEM. */
int32_t penstock_source_add_object(penstock_source *source, uint64_t size_bytes);

/* Adds a column of records of one size: record_bytes each, in `count` shards, in index order. All
 * columns must have the same record count. One thread at a time, before any reader is opened.
 * Returns the column's number (0, 1, ...), -EINVAL (no such file, sizes out of range), -ENODATA (a
 * shard ends beyond its file), -ERANGE (another record count than the first column) or -ENOMEM. */
int32_t penstock_source_add_column(penstock_source *source, uint64_t record_bytes,
                                   const penstock_shard *shards, uint32_t count);

/* Adds a variable column, whose records differ in size. Its records are added next, by any number
 * of calls of penstock_source_add_records, and then penstock_source_seal_column ends it. One thread
 * at a time, before any reader is opened. Returns the column's number (0, 1, ...), -EINVAL (too
 * many columns) or -ENOMEM. */
int32_t penstock_source_add_variable_column(penstock_source *source);

/* Appends `count` records to a variable column, in index order: record i lies in files[i], from
 * offsets[i] on, and has lengths[i] bytes, 0 included. With lengths NULL records lie one after
 * another: offsets has count + 1 values, and record i ends where record i + 1 begins. Records may
 * have gaps between them, overlap, or be the same. What lies close together should be numbered one
 * after another: records are read together when their indices are neighbours. They are packed at
 * once, into less than 3 bytes a record where they lie one after another, less than 6 otherwise;
 * the arrays are read during the call only. One thread at a time. Returns 0; or, with nothing
 * appended, -EINVAL (no such column, or it is sealed; no such file; a record of more than 2^40
 * bytes, or with an end beyond 2^48), -ENODATA (a record ends beyond its file), -EOVERFLOW (more
 * than a table can hold) or -ENOMEM. */
int32_t penstock_source_add_records(penstock_source *source, uint32_t column, const uint32_t *files,
                                    const uint64_t *offsets, const uint64_t *lengths,
                                    uint64_t count);

/* Ends a variable column: from now on it can be read, and does not change. All columns must have
 * the same record count. One thread at a time. Returns 0, -EINVAL (no such column, or it is sealed
 * already), -ERANGE (another record count than other columns: it stays open) or -ENOMEM. */
int32_t penstock_source_seal_column(penstock_source *source, uint32_t column);

/* Fills *info. Any thread; while records are added, that thread. Returns 0 or -EINVAL. */
int32_t penstock_source_column(penstock_source *source, uint32_t column,
                               penstock_column_info *info);

/* Counts the records of a column by the size of their length: counts[0] records are empty,
 * counts[i] have 2^(i - 1) to 2^i - 1 bytes. Writes at most capacity of PENSTOCK_LENGTH_BUCKETS
 * counts. Any thread, as above. Returns how many there are, or -EINVAL. */
int32_t penstock_source_lengths(penstock_source *source, uint32_t column, uint64_t *counts,
                                uint32_t capacity);

/* A good size of chunks for the records of all columns together: the largest that loses at most 12
 * % of memory to the rests of last chunks and to links, else the one that loses least (records of
 * less than 700 bytes lose more). Any thread, all columns complete. Returns bytes or -EINVAL. */
int32_t penstock_source_chunk_bytes(penstock_source *source);

/* Says where records lie: the file, offset and length of each of `count` records of a column, which
 * is sealed if it is variable. An array that is NULL is left out. Any thread. Returns 0 or -EINVAL
 * (column or index out of range; what was written is undefined). */
int32_t penstock_source_locate(penstock_source *source, uint32_t column, const int64_t *indices,
                               uint32_t count, uint32_t *files, uint64_t *offsets,
                               uint64_t *lengths);

/* Compares every file with what it was when it was opened: size, modification time, and whether its
 * path still leads to it. Any thread. Returns 0, or -ESTALE (replaced or modified), -ENODATA
 * (shorter), or what stat(2) reports, with the file in *failure. */
int32_t penstock_source_check(penstock_source *source, penstock_failure *failure);

/* Counts pages of the file in the page cache. Any thread. Returns 0, -EINVAL (no such file),
 * -ENOSYS (kernel before 6.5) or -EPERM. */
int32_t penstock_source_cached(penstock_source *source, uint32_t file, uint64_t *cached_pages,
                               uint64_t *total_pages);

/* Counts bytes of a range of the file that are not in the page cache, in whole pages. Any thread.
 * Returns 0, -EINVAL (no such file or range), -ENOSYS or -EPERM as above. */
int32_t penstock_source_missing(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                                uint64_t length_bytes, uint64_t *missing_bytes);

/* Reads a range of the file into the page cache, through a descriptor of its own that the kernel
 * knows is read in order: it then reads far ahead, into pages as large as it can make. (Pages that
 * posix_fadvise(WILLNEED) brings are small, and random accesses to a mapping of those cost ten
 * times as many page faults.) `scratch` is where the bytes pass by, a megabyte or so. Ranges should
 * follow one another; one thread at a time for a file, else it is slower. Returns 0, -EINVAL (no
 * such file or range, no scratch memory), -EIO, -ENODATA (the file was cut short) ... */
int32_t penstock_source_fetch(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                              uint64_t length_bytes, void *scratch, uint64_t scratch_bytes);

/* Reads a range of the file to `address`, through the page cache: for whoever carries out requests
 * of penstock_reader_poll, of files that are open here. Any thread. Returns how many bytes were
 * read, fewer where the file ends; -EINVAL (no such file, or an object), -EIO ... */
int64_t penstock_source_read(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                             uint64_t length_bytes, uint64_t address);

/* Waits until a range of the file is in the page cache; of a mapped file also its pages are mapped,
 * so that the first access to each costs nothing (Linux 5.14). Reads nothing twice. Any thread.
 * Returns 0, -EINVAL (no such file or range), -EIO, -ENODATA (the file was cut short) ... */
int32_t penstock_source_populate(penstock_source *source, uint32_t file, uint64_t offset_bytes,
                                 uint64_t length_bytes);

/* Maps the whole file read-only, once; later calls give the same address. The mapping lives as long
 * as the source. See CAVEATS. One thread at a time. Returns 0, -EINVAL (no such file), -ENODATA (an
 * empty file), -ENOMEM (address space or map count) or what mmap(2) reports. */
int32_t penstock_source_map(penstock_source *source, uint32_t file, uint64_t *address,
                            uint64_t *bytes);

/* Advises the kernel about the records named by indices of one column, sorted and merged into as
 * few calls as possible: madvise on a mapped file, posix_fadvise otherwise. count 0 advises the
 * whole column. Any thread. May block while the device's queue is full. Returns 0, -EINVAL
 * (column, index or advice out of range) or -ENOMEM. Advice that the kernel refuses, whatever for,
 * is lost and no failure. */
int32_t penstock_source_advise(penstock_source *source, uint32_t column, const int64_t *indices,
                               uint32_t count, uint32_t advice);

/* Hints to the processor that records first to first + count - 1 of indices, of one column, are
 * about to be copied out of its mapped files: starts loading the beginning of each into its caches,
 * many at a time. Pages that are not in memory, or that the file no longer has, are left alone:
 * nothing is read from the device, and no signal is raised. Worth it for random records, some 8 KiB
 * of them ahead of those that are being copied. Any thread. Returns 0 or -EINVAL (column or index
 * out of range). */
int32_t penstock_source_hint(penstock_source *source, uint32_t column, const int64_t *indices,
                             uint32_t first, uint32_t count);

/* Closes files and mappings. All readers of the source must be closed. Returns 0 or -EBUSY. */
int32_t penstock_source_close(penstock_source *source);

/* ---- Reader --------------------------------------------------------------------------------- */

/* How a reader works. Every field is set by the caller; 0 is a value, not a default. */
typedef struct penstock_reader_options {
  uint32_t backend;         /* PENSTOCK_BACKEND_* */
  uint32_t io;              /* PENSTOCK_IO_* */
  uint32_t queue_depth;     /* requests in flight: 1 to PENSTOCK_MAX_QUEUE_DEPTH */
  uint32_t merge_gap_bytes; /* read through gaps of at most so many bytes */
  uint32_t max_read_bytes;  /* per request: PENSTOCK_BLOCK_BYTES to PENSTOCK_MAX_READ_BYTES;
                               rounded up to the alignment */
  uint32_t staging_bytes;   /* buffer for reads that are not straight to their place */
  uint32_t entry_count;     /* records ordered and not yet taken, at most */
  uint32_t cell_count;      /* records read ahead without a slot, at most; 0: slots only */
  uint32_t batch_size;      /* records ordered with one slot, or taken at once, at most */
  uint32_t fixed_buffers;   /* not 0: register the staging buffer with the ring, if allowed */
  uint32_t huge_pages;      /* not 0: advise transparent huge pages for own memory */
  uint32_t drop_behind;     /* not 0: buffered pages are dropped after use */
  uint32_t adapt;           /* PENSTOCK_ADAPT_*: what follows the device while reading */
  uint32_t windowed;        /* not 0: window by window, see penstock_reader_end_window */
  uint32_t whole_batches;   /* not 0: a batch with a failed record is of no use: once one of the
                               records that drive waits for has failed, those of them that are not
                               read yet are given up, and fail too */
  uint32_t chunk_bytes;     /* with chunk_count: the size of a chunk, a multiple of 64 from
                               PENSTOCK_LEAST_CHUNK_BYTES to PENSTOCK_MOST_CHUNK_BYTES; else 0 */
  uint32_t chunk_count;     /* in the place of cell_count, which is 0 then, for records that differ
                               in size: a record read ahead without a slot takes as many chunks as
                               its bytes in all columns need; 0: none */
  uint32_t reserved;        /* must be 0 */
  uint64_t resident_bytes;  /* columns that fit in here together, smallest first, are kept whole */
  uint64_t cached_records;  /* records whose cells are kept for later epochs; 0: none */
  uint64_t cache_key;       /* chooses which records are cached */
  uint64_t cached_bytes;    /* with chunk_count: room for cached records, beside the chunks; the
                               first cached_records of the choice that fit are kept; else 0 */
  uint64_t horizon_bytes;   /* with chunk_count: bytes of records that the elevator knows ahead, at
                               most, in the place of entry_count where records are large; nearly
                               twice the chunks' bytes; windowed readers ignore it */
  uint64_t value_bytes;     /* room in a slot for the values of variable columns, see
                               penstock_slot_layout; without such columns it is ignored */
} penstock_reader_options;

/* What a reader needs and keeps. */
typedef struct penstock_footprint {
  uint64_t bytes; /* that it allocates when it is opened; nothing is allocated later */
  uint64_t least_staging_bytes; /* the smallest staging_bytes */
  uint64_t least_chunk_count;   /* the smallest chunk_count, with this chunk_bytes: the longest
                                   record must fit; 0 without chunk_bytes */
  uint64_t least_value_bytes;   /* any one record fits in so many value_bytes */
  uint32_t reserve_cells;       /* of cell_count or chunk_count, kept free for reads that cannot
                                   wait */
  uint32_t request_records;     /* that one request serves, at most */
} penstock_footprint;

/* How far the reader is. */
typedef struct penstock_progress {
  uint64_t ready;     /* oldest records that can be taken now, in order; failed ones count */
  uint64_t ordered;   /* records ordered and not yet taken */
  uint64_t room;      /* records that may be ordered now */
  uint64_t in_flight; /* requests that the device is working on */
  uint64_t unloaded;  /* bytes of resident columns still to be read: before, nothing is ready */
} penstock_progress;

/* A read that the caller is to carry out. */
typedef struct penstock_request {
  uint64_t id;           /* for penstock_reader_complete */
  uint64_t offset_bytes; /* in the file */
  uint64_t address;      /* where the first byte goes */
  uint32_t length_bytes;
  uint32_t file;
  uint32_t column;
  uint32_t record_count; /* that it is for */
} penstock_request;

/* What was done since the reader was opened. */
typedef struct penstock_statistics {
  uint64_t records;         /* taken */
  uint64_t requests;        /* reads issued, repeats included */
  uint64_t bytes_read;      /* by these reads */
  uint64_t bytes_wanted;    /* of records read; the rest was read through gaps and for alignment */
  uint64_t merged_records;  /* read by a request that read an earlier record too */
  uint64_t straight_bytes;  /* read straight to their place, without a copy */
  uint64_t short_reads;     /* completed with fewer bytes than asked for, and went on */
  uint64_t repeats;         /* reads repeated after an error */
  uint64_t cache_hits;      /* records taken from the cache */
  uint64_t sweeps;          /* times that the elevator went over the whole file */
  uint64_t wait_ns;         /* the owner thread waited for the device */
  uint64_t copy_ns;         /* the owner and its helpers copied from staging and from cells */
  uint64_t cpu_ns;          /* processor time of the owner since it opened the reader, and of its
                               helpers since they came */
  uint64_t queue_depth_max; /* most requests in flight at once */
  uint64_t plan_ns;         /* the owner thread decided what to read and started it */
  uint64_t queue_depth;     /* requests in flight at most, as it is now */
  uint64_t merge_gap_bytes; /* the gap that is read through, as it is now */
  uint64_t bytes_taken;     /* of the records taken, in all columns */
} penstock_statistics;

/* Reads one block through the backend and gives up what it used for that. Fills *failure. Any
 * thread. Returns 0 or why this backend cannot be used: -ENOSYS, -EPERM (io_uring is missing or
 * forbidden), -ENOMEM (locked memory), -EINVAL (direct reads are not possible on a file of this
 * source) ... */
int32_t penstock_backend_probe(penstock_source *source, uint32_t backend, uint32_t io,
                               penstock_failure *failure);

/* What a reader with these options would need for this source. With staging_bytes 0 it is told for
 * the least staging, with chunk_bytes but no chunk_count for the fewest chunks. Any thread. Returns
 * 0, -EINVAL (an option is out of range) or -ENOMEM. */
int32_t penstock_reader_footprint(penstock_source *source, const penstock_reader_options *options,
                                  penstock_footprint *footprint);

/* Opens a reader; the calling thread becomes its owner. Nothing is read here: columns that are to
 * be resident are read by penstock_reader_drive, before anything else. Returns 0, -EINVAL (an
 * option is out of range), -ENOMEM, or why the backend cannot be used. */
int32_t penstock_reader_open(penstock_source *source, const penstock_reader_options *options,
                             penstock_reader **reader);

/* Where a reader puts the columns of a batch in a slot: offsets[c] for column c, when each batch
 * has at most batch_size records. The offsets are multiples of 64, chosen so that as many reads as
 * possible go straight to their place: records of whole blocks lie to blocks of memory as they do
 * to blocks of their file. At the offset of a variable column lie int64 numbers: where its values
 * begin in the slot, a multiple of 64, and then batch_size + 1 offsets from there, of which a batch
 * of N records uses the first N + 1: record i has the bytes from offset i to offset i + 1. All
 * values of a batch lie in value_bytes at the end of the slot, those of each column rounded up to
 * 64 bytes. Stores the bytes a slot must have in *slot_bytes; a slot begins at a multiple of
 * PENSTOCK_BLOCK_BYTES. Returns 0 or -EINVAL. */
int32_t penstock_slot_layout(penstock_source *source, uint32_t batch_size, uint64_t value_bytes,
                             uint64_t *offsets, uint64_t *slot_bytes);

/* Appends count records to the order, copies indices. slot_address is the slot where these records
 * land, as one batch, which belongs to the reader until the batch is taken; or 0: they land in
 * cells. Starts no I/O and does not block. Returns 0, -EINVAL (an index is out of range, slots and
 * cells mixed: nothing is appended), -EAGAIN (no room: see penstock_progress) or -ENOSPC (the
 * values of these records do not fit in value_bytes: fewer may; nothing is appended). */
int32_t penstock_reader_order(penstock_reader *reader, const int64_t *indices, uint32_t count,
                              uint64_t slot_address);

/* Copies the indices of the oldest count records of the order that are not taken yet: a caller that
 * takes them need not make its order a second time. Returns 0 or -EINVAL (fewer are ordered). */
int32_t penstock_reader_ordered(const penstock_reader *reader, uint32_t count, int64_t *indices);

/* Ends a window of the order, in a reader that is windowed: `later` of the records ordered last
 * belong to the next one already. A windowed reader reads one window after the other in the order's
 * sequence, each as a whole: it takes one on when it has ended, and all before it are begun with.
 * So an order whose windows are made of whole runs of records reads whole runs. There should be
 * cells for a window and more, or slots for two: without cells each record is copied once less.
 * Records that no ended window has are read only when they are waited for, each by itself. Returns
 * 0 or -EINVAL (not windowed, fewer records than `later` are ordered). */
int32_t penstock_reader_end_window(penstock_reader *reader, uint64_t later);

/* Starts what can be started, then waits until `wanted` records are ready, or timeout_ns have
 * passed, or nothing is left to wait for; with wanted 0 it does not wait. With timeout_ns 0 and
 * cells, nothing is done that an order still to come would make a waste: the first sweep begins
 * when the order is full, or the caller has time to wait. Resident columns are read first, for at
 * most timeout_ns, also when wanted is 0. Fills *progress.
 * With chunks it may come back with fewer ready when so many have no room together: at
 * least one is ready then, and is to be taken.
 * Read errors are no failure of this call: they belong to the records that are taken. Returns 0, or
 * -EIO, -ENOMEM ... when the backend itself is broken. */
int32_t penstock_reader_drive(penstock_reader *reader, uint64_t wanted, uint64_t timeout_ns,
                              penstock_progress *progress);

/* Has helpers (penstock_reader_help) begin to copy the oldest count records, which must be ready,
 * out of cells to slot_address, which belongs to the reader then until the next take or reset. If
 * that take is of the same count to the same slot, it waits for the helpers, and copies what none
 * of them has begun; any other take does all of its work itself. Does nothing where there are no
 * helpers, or no cells. Does not block. Returns 0, -EAGAIN (not ready) or -EINVAL. */
int32_t penstock_reader_prepare(penstock_reader *reader, uint32_t count, uint64_t slot_address);

/* Takes the oldest count records, which must be ready. Records in cells are copied to slot_address
 * in the order's sequence; records ordered with a slot must be taken as the batch they were ordered
 * as, with its slot_address. Returns 0, -EAGAIN (not ready: nothing taken), -EINVAL (not the
 * batch's slot: nothing taken), or the first failure among them
 * (-EIO, -ENODATA: file cut short ...) with *failure filled: then they are taken too, and no byte
 * of a failed record is from another record: it is zeros. A read may fail with any status, these
 * two included: *failure is left alone when nothing was taken. In cells, of records that differ in
 * size as many are taken as fit in value_bytes: failure->taken says how many; -ENOSPC if not even
 * one does (nothing taken). The zeros of a failed record are as many as it has bytes. */
int32_t penstock_reader_take(penstock_reader *reader, uint32_t count, uint64_t slot_address,
                             penstock_failure *failure);

/* Forgets all that is ordered, after what is in flight has landed. Cached records stay. Returns 0,
 * or -EBUSY while requests of penstock_reader_poll are not answered (nothing else may be done then
 * but to answer them, and this again), or -ETIMEDOUT when the device did not answer for 30 s, or
 * -EIO, -ENOMEM ... when the backend itself is broken: it may be called again, and until it
 * succeeds slots belong to the reader. */
int32_t penstock_reader_reset(penstock_reader *reader);

/* Has the kernel provide some more of the reader's memory, in the order in which the reader uses it
 * and no more than can be used by what has been ordered; what the reader has come to itself is
 * passed over. *done_bytes says how far that is; 0 at first. Where fresh memory is slow (in virtual
 * machines) a second thread saves the reader the wait for it. Any thread, one at a time, also while
 * the owner works, but not while it closes the reader. Returns 1, or -EAGAIN when there is enough
 * until more records are ordered, or 0 when there is no more to do: all is there, memory is short,
 * or the kernel (before 5.14) knows no such request. */
int32_t penstock_reader_populate(penstock_reader *reader, uint64_t *done_bytes);

/* Lends the calling thread to a reader: it copies records out of large reads to their places, while
 * the owner goes on with the next ones. Any thread but the owner, several at once. Where no thread
 * helps, the owner copies everything itself, and it never waits for a helper that has not begun: a
 * helper may come late, and what is delivered is the same with any number of them. Waits while
 * there is nothing to copy, and returns 0 once the reader has dismissed its helpers. */
int32_t penstock_reader_help(penstock_reader *reader);

/* Has all threads that are in penstock_reader_help return, and those that come later, too. Does not
 * wait for them. Any thread, but not while the owner closes the reader. Returns 0. */
int32_t penstock_reader_dismiss(penstock_reader *reader);

/* Hands out requests of a reader of PENSTOCK_BACKEND_EXTERNAL, at most `capacity` of those that
 * penstock_reader_drive has started and that are not handed out yet; what is repeated comes first.
 * Any thread may carry a request out: read length_bytes of the file from offset_bytes on, to
 * address. The owner thread then answers with penstock_reader_complete, in any order, and the next
 * drive makes records of the bytes. Such a reader's drive never waits: it comes back when nothing
 * more can be done before an answer, whatever its timeout, which only says whether the caller would
 * wait. Until a request is answered, its memory (the reader's own, or a slot) must not be freed:
 * close and reset return -EBUSY. Returns how many were handed out, or -EINVAL (another backend). */
int32_t penstock_reader_poll(penstock_reader *reader, penstock_request *requests,
                             uint32_t capacity);

/* Answers a request: with how many bytes were read, or with -errno. Fewer bytes than asked for are
 * no error: the rest is asked for again, and 0 says that the file ends. What is done about an error
 * is as for every backend: -EINTR and -EAGAIN are repeated many times, errors of a device once, and
 * what no repetition cures (-EINVAL, -EBADF, -EFAULT, -ECANCELED) fails its records. Returns 0 or
 * -EINVAL: no such request is out, it was answered already, or it did not ask for so many bytes. */
int32_t penstock_reader_complete(penstock_reader *reader, uint64_t id, int64_t result);

/* Fills *statistics. Returns 0. */
int32_t penstock_reader_statistics(penstock_reader *reader, penstock_statistics *statistics);

/* How long requests took, from their start until the owner thread saw that they were complete:
 * counts[i] requests took from (8 + i % 8) << (i / 8) to less than (9 + i % 8) << (i / 8)
 * nanoseconds; the first and last count what lies outside. Repeats count as requests of their own.
 * Writes at most capacity counts and returns how many there are. */
int32_t penstock_reader_latencies(penstock_reader *reader, uint64_t *counts, uint32_t capacity);

/* Waits for what is in flight and frees the reader. Slots may be freed afterwards, not before.
 * Returns 0; or -EBUSY while requests of penstock_reader_poll are not answered, or a thread is in
 * penstock_reader_help: then the reader stays as it is; or -ETIMEDOUT when the device did not
 * answer for 30 s: then the reader stays as it is, and can be closed again; or, when the backend
 * broke with reads under way, why: then the reader is gone, but what the kernel may still write to
 * is never freed, and the caller must not free slots either. */
int32_t penstock_reader_close(penstock_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
