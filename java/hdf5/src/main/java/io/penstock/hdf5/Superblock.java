package io.penstock.hdf5;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How a file begins: its widths of numbers, its length, and where the root group is.
 *
 * <p>It lies at the start of the file, or behind a user block of 512, 1024, 2048 ... bytes, as in
 * files of MATLAB 7.3.
 *
 * @param base where it lies: addresses count from here
 * @param addressBytes width of addresses
 * @param lengthBytes width of sizes
 * @param rootAddress of the root group's object header
 * @param extensionAddress of an object header with more of this; {@link Bytes#UNDEFINED} if none
 */
record Superblock(
    long base, int addressBytes, int lengthBytes, long rootAddress, long extensionAddress) {
  private static final String SIGNATURE = "\u0089HDF\r\n\u001a\n";
  private static final int FIRST_USER_BLOCK_BYTES = 512;

  /** More than any superblock has. */
  private static final int MOST_BYTES = 128;

  private static final String WHAT = "the superblock";
  private static final int OPEN_FOR_WRITING = 1;
  private static final int OPEN_FOR_READERS_TOO = 4;

  /** Where the superblock of a file is; -1 if there is none. */
  static long find(Hdf5File file) throws IOException {
    int length = SIGNATURE.length();
    long at = 0;
    while (at <= file.fileBytes() - length) {
      byte[] found = file.data(at, length, WHAT);
      if (new String(found, StandardCharsets.ISO_8859_1).equals(SIGNATURE)) {
        return at;
      }
      at = at == 0 ? FIRST_USER_BLOCK_BYTES : 2 * at;
    }
    return -1;
  }

  static Superblock of(Hdf5File file) throws IOException {
    long at = find(file);
    if (at < 0) {
      throw Hdf5Fault.damaged("expected a superblock at 0, 512, 1024, 2048 ..., found none");
    }
    Bytes bytes = file.atMost(at, MOST_BYTES, WHAT);
    bytes.skip(SIGNATURE.length());
    int version = bytes.version(0, 3);
    return version < 2 ? old(file, bytes, at, version) : recent(file, bytes, at, version);
  }

  private static Superblock old(Hdf5File file, Bytes bytes, long at, int version)
      throws IOException {
    bytes.skip(4);
    int addressBytes = width(bytes);
    int lengthBytes = width(bytes);
    bytes.skip(1 + 2 + 2 + 4 + (version == 1 ? 4 : 0));
    bytes.skip(2L * addressBytes); // Base address and free space: the former is where we are.
    long end = bytes.number(addressBytes);
    long driver = bytes.number(addressBytes);
    if (!isUndefined(driver, addressBytes)) {
      refuseDriver(file, at + driver);
    }
    bytes.skip(addressBytes);
    long root = bytes.number(addressBytes);
    checkEnd(file, end);
    return new Superblock(at, addressBytes, lengthBytes, root, Bytes.UNDEFINED);
  }

  private static Superblock recent(Hdf5File file, Bytes bytes, long at, int version)
      throws IOException {
    int addressBytes = width(bytes);
    int lengthBytes = width(bytes);
    int flags = bytes.u8();
    bytes.skip(addressBytes);
    long extension = bytes.number(addressBytes);
    long end = bytes.number(addressBytes);
    long root = bytes.number(addressBytes);
    bytes.checksum();
    if (isUndefined(extension, addressBytes)) {
      extension = Bytes.UNDEFINED;
    }
    Superblock superblock = new Superblock(at, addressBytes, lengthBytes, root, extension);
    superblock.checkDriver(file);
    if (version == 3 && (flags & (OPEN_FOR_WRITING | OPEN_FOR_READERS_TOO)) == OPEN_FOR_WRITING) {
      throw Hdf5Fault.refused(
          "expected a file that its writer has closed, found one that is being written, or whose"
              + " writer died: close it, or use h5clear -s on it");
    }
    if ((flags & OPEN_FOR_READERS_TOO) == 0) {
      checkEnd(file, end);
    }
    return superblock;
  }

  private static int width(Bytes bytes) {
    int width = bytes.u8();
    if (width != 2 && width != 4 && width != 8) {
      throw Hdf5Fault.damaged(
          "expected addresses and sizes of 2, 4 or 8 bytes in the superblock, found %d", width);
    }
    return width;
  }

  private static boolean isUndefined(long address, int addressBytes) {
    return address == (addressBytes == 8 ? -1L : (1L << (8 * addressBytes)) - 1);
  }

  /** Including the user block; HDF5 itself refuses a file that is shorter than it says. */
  private static void checkEnd(Hdf5File file, long end) {
    if (end < 0 || end > file.fileBytes()) {
      throw Hdf5Fault.damaged(
          "file is cut short: expected %s bytes as its superblock says, found %d",
          Long.toUnsignedString(end), file.fileBytes());
    }
  }

  private static void refuseDriver(Hdf5File file, long position) throws IOException {
    Bytes block = file.atMost(position, 16, "the driver information block");
    block.skip(8);
    throw refusedDriver(block.text(8));
  }

  /** A file of another driver is shorter than it says, so this comes first. */
  private void checkDriver(Hdf5File file) throws IOException {
    if (extensionAddress != Bytes.UNDEFINED) {
      file.use(this);
      Optional<Bytes> driver =
          ObjectHeader.at(file, extensionAddress).find(ObjectHeader.DRIVER_INFO);
      if (driver.isPresent()) {
        driver.get().version(0, 0);
        throw refusedDriver(driver.get().text(8));
      }
    }
  }

  private static Hdf5Fault refusedDriver(String driver) {
    String name = driver.replaceAll("[^ -~]", "?");
    return Hdf5Fault.refused(
        "expected a file that is whole, found one of several that HDF5's driver '%s' wrote: %s",
        name,
        name.startsWith("NCSAfami")
            ? "join them with h5repart"
            : "open them with that driver in h5py, and write a single file");
  }
}
