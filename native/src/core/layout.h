/* The layout of a reader: its options and its memory. */
#ifndef PENSTOCK_LAYOUT_H
#define PENSTOCK_LAYOUT_H

#include <stdint.h>

#include "penstock.h"

/* Checks and rounds options and counts memory; layout_carve then cuts it up. */
int32_t layout_plan(penstock_reader *reader, penstock_source *source,
                    const penstock_reader_options *options);
void layout_carve(penstock_reader *reader, uint8_t *memory);

#endif
