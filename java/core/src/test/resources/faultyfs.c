/* A read-only mirror of the directory $FAULTY_DIR whose device is sick on command. The file
 * $FAULTY_MODE says how: "ok", "eio MS BEGIN END" (reads that touch these bytes fail after so many
 * milliseconds), "hang" (reads do not come back until it says something else), "hangall" (nor does
 * what is asked about a file). Each failed read appends a byte to the file $FAULTY_COUNT, and each
 * call that does not come back one to $FAULTY_HELD. Nothing is kept in the page cache: all that is read comes here. Compiled by the test that needs it. */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char name[16];
  long milliseconds;
  long begin;
  long end;
} mode;

static mode mode_now(void) {
  mode now = {.name = "ok"};
  FILE *file = fopen(getenv("FAULTY_MODE"), "r");
  if (file) {
    if (fscanf(file, "%15s %ld %ld %ld", now.name, &now.milliseconds, &now.begin, &now.end) < 1)
      strcpy(now.name, "ok");
    fclose(file);
  }
  return now;
}

static void append_to(const char *variable) {
  const int file = open(getenv(variable), O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (file < 0)
    return;
  if (write(file, "x", 1) != 1)
    perror(variable);
  close(file);
}

static void wait_while(const char *first, const char *second) {
  for (int is_held = 0;; is_held = 1) {
    const mode now = mode_now();
    if (strcmp(now.name, first) != 0 && strcmp(now.name, second) != 0)
      return;
    if (!is_held)
      append_to("FAULTY_HELD");
    usleep(20000);
  }
}

static void source_of(char *path, const char *name) {
  snprintf(path, 4096, "%s%s", getenv("FAULTY_DIR"), name);
}

static int get_attributes(const char *name, struct stat *stat, struct fuse_file_info *info) {
  (void)info;
  char path[4096];
  source_of(path, name);
  wait_while("hangall", "hangall");
  return lstat(path, stat) != 0 ? -errno : 0;
}

static int open_file(const char *name, struct fuse_file_info *info) {
  char path[4096];
  source_of(path, name);
  const int fd = open(path, O_RDONLY);
  if (fd < 0)
    return -errno;
  info->fh = (uint64_t)fd;
  info->direct_io = 1;
  return 0;
}

static int read_file(const char *name, char *to, size_t bytes, off_t offset,
                     struct fuse_file_info *info) {
  (void)name;
  wait_while("hang", "hangall");
  const mode now = mode_now();
  if (strcmp(now.name, "eio") == 0 && offset < now.end && offset + (off_t)bytes > now.begin) {
    append_to("FAULTY_COUNT");
    usleep((useconds_t)(1000 * now.milliseconds));
    return -EIO;
  }
  const ssize_t got = pread((int)info->fh, to, bytes, offset);
  return got < 0 ? -errno : (int)got;
}

static int release_file(const char *name, struct fuse_file_info *info) {
  (void)name;
  close((int)info->fh);
  return 0;
}

static void *initialize(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->attr_timeout = 0; /* each fstat comes here */
  config->entry_timeout = 0;
  return NULL;
}

static const struct fuse_operations operations = {.init = initialize,
                                                  .getattr = get_attributes,
                                                  .open = open_file,
                                                  .read = read_file,
                                                  .release = release_file};

int main(int count, char **arguments) { return fuse_main(count, arguments, &operations, NULL); }
