/* The contract of backends (contract.h) for records of one size. */
#include "contract.h"

int main(void) { return check_contract(OF_ONE_SIZE); }
