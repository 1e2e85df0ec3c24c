/* The name of every status, and what it means here. */
#include <errno.h>
#include <stddef.h>

#include "penstock.h"

typedef struct {
  int32_t error;
  const char *name;
  const char *text;
} status_row;

static const status_row rows[] = {
    {0, "OK", "no error"},
    {EPERM, "EPERM", "not permitted"},
    {ENOENT, "ENOENT", "no such file"},
    {EINTR, "EINTR", "interrupted"},
    {EIO, "EIO", "input/output error: the device could not read these bytes"},
    {ENXIO, "ENXIO", "no such device behind this file"},
    {EBADF, "EBADF", "bad file descriptor"},
    {EAGAIN, "EAGAIN", "not possible now"},
    {ENOMEM, "ENOMEM", "not enough memory (or locked memory)"},
    {EACCES, "EACCES", "permission denied"},
    {EFAULT, "EFAULT", "bad address"},
    {EBUSY, "EBUSY", "still in use"},
    {EEXIST, "EEXIST", "the ring belongs to another thread"},
    {ENODEV, "ENODEV", "the device is gone, or its file system cannot map files"},
    {ENOTDIR, "ENOTDIR", "a part of the path is not a directory"},
    {EISDIR, "EISDIR", "is a directory"},
    {EINVAL, "EINVAL", "invalid argument"},
    {ENFILE, "ENFILE", "too many open files on this system"},
    {EMFILE, "EMFILE", "too many open files in this process"},
    {EFBIG, "EFBIG", "file too large"},
    {ENOSPC, "ENOSPC", "no space left"},
    {ERANGE, "ERANGE", "sizes do not agree"},
    {ENAMETOOLONG, "ENAMETOOLONG", "path too long"},
    {ENOSYS, "ENOSYS", "not supported by this kernel"},
    {ELOOP, "ELOOP", "too many symbolic links"},
    {ENODATA, "ENODATA", "the file ends before the data does"},
    {ETIME, "ETIME", "the device gave up in time"},
    {ENOLINK, "ENOLINK", "the connection to the device is lost"},
    {EXDEV, "EXDEV", "on another file system"},
    {EDQUOT, "EDQUOT", "the quota of this user is used up"},
    {EOVERFLOW, "EOVERFLOW", "a size does not fit its type"},
    {EILSEQ, "EILSEQ", "the device found that these bytes are not what was written"},
    {EOPNOTSUPP, "EOPNOTSUPP", "not supported by this file system"},
    {ETIMEDOUT, "ETIMEDOUT", "the device did not answer"},
    {ESTALE, "ESTALE", "the file was replaced or modified"},
#ifdef EUCLEAN
    {EUCLEAN, "EUCLEAN", "the file system is damaged"},
#endif
#ifdef EREMOTEIO
    {EREMOTEIO, "EREMOTEIO", "the device reported an error of its own"},
#endif
};

static const status_row *find_status(int32_t status) {
  if (status > 0)
    status = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (rows[i].error == -(int64_t)status)
      return &rows[i];
  return NULL;
}

const char *penstock_status_name(int32_t status) {
  const status_row *row = find_status(status);
  return row ? row->name : "EUNKNOWN";
}

const char *penstock_status_text(int32_t status) {
  const status_row *row = find_status(status);
  return row ? row->text : "an error without a name here: see errno(3)";
}
