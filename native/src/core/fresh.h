/* Fresh memory: what the kernel provides ahead of its first use. */
#ifndef PENSTOCK_FRESH_H
#define PENSTOCK_FRESH_H

#include <stdint.h>

#include "core/reader.h"

/* Told when records are ordered: how much memory the order can use. */
void fresh_ordered(penstock_reader *reader);

#endif
