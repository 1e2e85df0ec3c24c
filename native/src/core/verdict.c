/* Every errno that a read may end with, and what is done about it. */
#include <errno.h>

#include "core/verdict.h"

verdict verdict_of(int32_t status) {
  switch (-status) {
  case EINTR:
  case EAGAIN: /* also of io_uring, when it has no memory for the request */
    return VERDICT_BUSY;

  case EBADF:     /* our descriptor has been closed */
  case EFAULT:    /* the memory is not mapped */
  case EINVAL:    /* offset, length or memory are not aligned */
  case ECANCELED: /* given up: nobody wants it any more */
    return VERDICT_FINAL;

  case EIO:       /* the device could not read these bytes */
  case ENODATA:   /* a bad sector, in the words of the block layer */
  case EILSEQ:    /* a checksum is wrong */
  case ENXIO:     /* the device is gone, */
  case ENODEV:    /* perhaps for a moment */
  case ETIME:     /* it took too long */
  case ETIMEDOUT: /* it took too long, says a file system of the network */
  case ENOLINK:   /* the connection to it is lost */
  case ENOMEM:    /* no memory for the page cache, now */
    return VERDICT_DEVICE;

  default: /* file systems have errors of their own */
    return VERDICT_DEVICE;
  }
}
