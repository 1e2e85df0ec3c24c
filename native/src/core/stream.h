/* Stores that go past the processor's cache, for memory that is not read again soon. */
#ifndef PENSTOCK_STREAM_H
#define PENSTOCK_STREAM_H

#include <stdint.h>

/* Copies; other threads see it after stream_end. */
void stream_copy(uint8_t *to, const uint8_t *from, uint64_t bytes);
/* Has what this thread has stored be seen by others that are told of it afterwards. */
void stream_end(void);

#endif
