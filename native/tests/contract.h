/* Every backend, with and without the page cache, with slots and with cells, delivers the same
 * bytes in the order's sequence. */
#ifndef PENSTOCK_CONTRACT_H
#define PENSTOCK_CONTRACT_H

#include "support.h"

/* With columns of this kind. Returns 0. */
int check_contract(column_kind kind);

#endif
