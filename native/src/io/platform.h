/* What differs between operating systems, each of which has its own platform_*.c: advice, direct
 * reads, what is in the page cache; also the clocks and the size of a page, which core/io.h
 * declares. POSIX calls that are the same everywhere are made where they are needed. */
#ifndef PENSTOCK_PLATFORM_H
#define PENSTOCK_PLATFORM_H

#include <stdint.h>
#include <sys/stat.h>

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Says whether huge pages are wanted here. Only advice. */
void platform_advise_huge_pages(uint8_t *memory, uint64_t bytes, int are_wanted);

/* Keeps memory out of forked children. Returns 0 or -errno; 0 too where a filter forbids to ask. */
int32_t platform_hide_from_children(uint8_t *memory, uint64_t bytes);

/* Has pages provided that can be written to. Returns 0 or -errno. */
int32_t platform_populate_memory(uint8_t *memory, uint64_t bytes);

/* ---- Files ----------------------------------------------------------------------------------- */

/* Opens a file for reads that bypass the page cache. Does not wait for a writer of a FIFO. Returns
 * the descriptor or -errno. */
int platform_open_direct(const char *path);

/* Opens the file of a descriptor once more, for reads in order, which the kernel is told. Returns
 * the descriptor or -errno. */
int platform_open_in_order(int fd);

/* What stat says of a path, or fstat of a descriptor where path is NULL. Returns 0 or -errno. */
int32_t platform_stat(int fd, const char *path, struct stat *stat);

/* When a file was modified, in nanoseconds since 1970; times before 1677 and after 2262 are the
 * first and the last one that can be told. */
int64_t platform_modified_ns(const struct stat *stat);

/* What offsets and lengths of direct reads of this file, and the memory they go to, must be aligned
 * to. */
void platform_direct_alignment(int fd, uint32_t *offset_alignment, uint32_t *memory_alignment);

/* Counts pages of a range that are in the page cache; length_bytes 0 is the rest of the file.
 * Returns 0, -ENOSYS, -EPERM ... */
int32_t platform_cached_pages(int fd, uint64_t offset_bytes, uint64_t length_bytes,
                              uint64_t *pages);

/* Advises the kernel about a range of a file: PENSTOCK_ADVICE_*. Returns 0 or -errno. */
int32_t platform_advise_file(int fd, uint64_t offset_bytes, uint64_t length_bytes, uint32_t advice);

/* The same for a mapped range, which begins at a page. */
void platform_advise_map(uint8_t *map, uint64_t bytes, uint32_t advice);

/* Waits until a mapped range is in memory, and maps its pages. Returns 0 or -errno. */
int32_t platform_populate_map(uint8_t *map, uint64_t bytes);

/* Reserves room for the first bytes of a file. Returns 0 or -errno. */
int32_t platform_reserve(int fd, uint64_t bytes);

/* Exchanges two names. Returns 0 or -errno. */
int32_t platform_exchange(const char *one, const char *other);

#endif
