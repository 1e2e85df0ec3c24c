/* The contract of backends (contract.h) for records of different sizes that lie one after another.
 */
#include "contract.h"

int main(void) { return check_contract(ONE_AFTER_ANOTHER); }
