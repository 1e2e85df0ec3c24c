/* The contract of backends (contract.h) for records with gaps, overlapping and repeated ones. */
#include "contract.h"

int main(void) { return check_contract(IN_DISORDER); }
