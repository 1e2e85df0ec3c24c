/* The library as it travels in the jar, loaded as a JVM does: the system's loader finds all that it
 * needs, and it answers. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

static void *library;

static void *symbol(const char *name) {
  void *address = dlsym(library, name);
  if (!address)
    fprintf(stderr, "%s\n", dlerror());
  CHECK(address != NULL);
  return address;
}

static void it_has_the_number_of_its_header(void) {
  int32_t (*abi_version)(void);
  *(void **)&abi_version = symbol("penstock_abi_version");
  CHECK_EQUAL(abi_version(), PENSTOCK_ABI_VERSION);
}

static void it_opens_and_closes_a_source(void) {
  int32_t (*open)(penstock_source **);
  int32_t (*add_file)(penstock_source *, const char *, penstock_file_info *);
  int32_t (*close)(penstock_source *);
  *(void **)&open = symbol("penstock_source_open");
  *(void **)&add_file = symbol("penstock_source_add_file");
  *(void **)&close = symbol("penstock_source_close");
  penstock_source *source;
  penstock_file_info info;
  CHECK_EQUAL(open(&source), 0);
  CHECK_EQUAL(add_file(source, make_file("loaded", 12345, 0), &info), 0);
  CHECK_EQUAL(info.size_bytes, 12345);
  CHECK_EQUAL(close(source), 0);
}

int main(void) {
  const char *path = getenv("PENSTOCK_LIBRARY");
  if (!path) {
    printf("skipped: PENSTOCK_LIBRARY names no library\n");
    return 77;
  }
  library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    fprintf(stderr, "%s\n", dlerror());
  CHECK(library != NULL);
  RUN(it_has_the_number_of_its_header);
  RUN(it_opens_and_closes_a_source);
  return 0;
}
