/* The contract of backends (contract.h) for variable columns whose records have one size after all.
 */
#include "contract.h"

int main(void) { return check_contract(ALL_EQUAL); }
