/* The contract of backends (contract.h) for one giant among dwarfs. */
#include "contract.h"

int main(void) { return check_contract(ONE_GIANT); }
