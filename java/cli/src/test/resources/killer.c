/* Loaded before all else: kills its process, as kill -9 does, before change number KILL_AT of the
 * names in directory KILL_DIR: before a file is made, renamed, linked or deleted there. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void step(const char *path) {
  static int done;
  const char *directory = getenv("KILL_DIR");
  const char *at = getenv("KILL_AT");
  if (directory == NULL || at == NULL || strncmp(path, directory, strlen(directory)) != 0)
    return;
  if (__atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST) == atoi(at))
    kill(getpid(), SIGKILL);
}

static int open_by(const char *name, const char *path, int flags, mode_t mode) {
  int (*real)(const char *, int, ...);
  *(void **)&real = dlsym(RTLD_NEXT, name);
  if (flags & O_CREAT)
    step(path);
  return real(path, flags, mode);
}

static mode_t mode_of(int flags, va_list arguments) {
  return flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_by("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return open_by("open64", path, flags, mode);
}

int rename(const char *from, const char *to) {
  int (*real)(const char *, const char *);
  *(void **)&real = dlsym(RTLD_NEXT, "rename");
  step(to);
  return real(from, to);
}

int link(const char *from, const char *to) {
  int (*real)(const char *, const char *);
  *(void **)&real = dlsym(RTLD_NEXT, "link");
  step(to);
  return real(from, to);
}

int unlink(const char *path) {
  int (*real)(const char *);
  *(void **)&real = dlsym(RTLD_NEXT, "unlink");
  step(path);
  return real(path);
}
