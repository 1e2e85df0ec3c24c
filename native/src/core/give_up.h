/* Giving up what is not worth reading any more. */
#ifndef PENSTOCK_GIVE_UP_H
#define PENSTOCK_GIVE_UP_H

#include <stdint.h>

#include "penstock.h"

/* Once one of the oldest `wanted` records has failed, fails those of them that are not read yet. */
void give_up_batch(penstock_reader *reader, uint64_t wanted);

#endif
