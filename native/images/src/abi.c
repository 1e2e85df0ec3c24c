/* What bindings check before they call anything else. */
#include "penstock_images.h"

uint32_t penstock_images_abi_version(void) { return PENSTOCK_IMAGES_ABI_VERSION; }
