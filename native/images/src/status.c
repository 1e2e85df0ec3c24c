/* The names of statuses. */
#include <errno.h>
#include <stddef.h>

#include "penstock_images.h"

static const struct {
  int32_t status;
  const char *name;
} rows[] = {
    {PENSTOCK_IMAGES_DAMAGED, "DAMAGED"},
    {PENSTOCK_IMAGES_UNSUPPORTED, "UNSUPPORTED"},
    {PENSTOCK_IMAGES_LIMIT, "LIMIT"},
    {PENSTOCK_IMAGES_DEPTH, "DEPTH"},
    {PENSTOCK_IMAGES_ROOM, "ROOM"},
    {PENSTOCK_IMAGES_AREA, "AREA"},
    {-EINVAL, "EINVAL"},
    {-ENOMEM, "ENOMEM"},
};

const char *penstock_images_status_name(int32_t status) {
  if (status >= 0)
    return "OK";
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].status == status)
      return rows[i].name;
  return "UNKNOWN";
}
