package io.penstock.cli.convert;

import io.penstock.error.ErrorKind;
import io.penstock.error.PenstockException;
import io.penstock.internal.folder.FolderScan;
import io.penstock.internal.kind.FileKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The kind of the files of a folder: images, small arrays, or records of bytes. Names with an
 * extension decide, otherwise the first bytes; one stray note does not turn a thousand images into
 * records of bytes.
 */
final class FolderKind {
  private static final List<String> ARRAYS = List.of(".npy");
  private static final byte[] ARRAY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** Files to look at: enough that records do not pass for a format by chance. */
  private static final int SAMPLE = 8;

  private final FolderScan listing;
  private final SourceOptions options;

  private FolderKind(FolderScan listing, SourceOptions options) {
    this.listing = listing;
    this.options = options;
  }

  static FolderRecordSource.Decoder decoder(FolderScan listing, SourceOptions options) {
    return new FolderKind(listing, options).decoder();
  }

  private FolderRecordSource.Decoder decoder() {
    if (options.folder().isRaw()) {
      options.checkNoImages();
      return BytesDecoder.ofBytes(listing.file(0));
    }
    Predicate<byte[]> isArray = FolderKind::isArray;
    Path image = firstNamed(ImageDecoder::isNamed);
    Path array = firstNamed(FolderKind::isNamedArray);
    if (image != null) {
      checkAll(image, "images", ImageDecoder::isNamed, ImageDecoder::isImage);
      return ImageDecoder.of(listing.file(0), options.folder(), options.isLossy());
    }
    if (array == null && ImageDecoder.isImage(ImageDecoder.start(listing.file(0)))) {
      return ImageDecoder.of(listing.file(0), options.folder(), options.isLossy());
    }
    options.checkNoImages();
    if (array != null) {
      checkAll(array, "arrays", FolderKind::isNamedArray, isArray);
      return BytesDecoder.ofArrays(listing.file(0));
    }
    if (isArray.test(ImageDecoder.start(listing.file(0)))) {
      return BytesDecoder.ofArrays(listing.file(0));
    }
    checkFormat();
    return BytesDecoder.ofBytes(listing.file(0));
  }

  private static boolean isNamedArray(String name) {
    return FolderRecordSource.hasExtension(name, ARRAYS);
  }

  private static boolean isArray(byte[] start) {
    for (int i = 0; i < ARRAY_MAGIC.length; i++) {
      if (start.length <= i || start[i] != ARRAY_MAGIC[i]) {
        return false;
      }
    }
    return true;
  }

  private Path firstNamed(Predicate<String> isNamed) {
    for (int i = 0; i < listing.fileCount(); i++) {
      if (isNamed.test(listing.name(i))) {
        return listing.file(i);
      }
    }
    return null;
  }

  /** Refuses a file whose name and first bytes both differ from those of the others. */
  private void checkAll(
      Path like, String what, Predicate<String> isNamed, Predicate<byte[]> isOne) {
    TreeSet<String> extensions = new TreeSet<>();
    Path stray = null;
    int strays = 0;
    for (int i = 0; i < listing.fileCount(); i++) {
      String name = listing.name(i);
      if (isNamed.test(name)) {
        extensions.add("*" + name.substring(name.lastIndexOf('.')));
      } else if (!isOne.test(ImageDecoder.start(listing.file(i)))) {
        stray = stray == null ? listing.file(i) : stray;
        strays++;
      }
    }
    if (stray != null) {
      throw PenstockException.about(
          ErrorKind.MISMATCH,
          stray,
          "expected %s only, as %s, found %s%s: take it out, or choose files: --pattern '%s'"
              .formatted(
                  what,
                  like,
                  FileKind.of(stray).map(FileKind::name).orElse("another file"),
                  strays > 1 ? ", and %d others that are none".formatted(strays - 1) : "",
                  String.join(",", extensions)));
    }
  }

  /**
   * Refuses files that all have a known format which convert cannot read: records have no headers.
   */
  private void checkFormat() {
    int count = Math.min(SAMPLE, listing.fileCount());
    FileKind kind = null;
    for (int i = 0; i < count; i++) {
      Path file = listing.file((int) ((long) listing.fileCount() * i / count));
      Optional<FileKind> found = FileKind.of(file).filter(FolderKind::isFormat);
      if (found.isEmpty()) {
        return;
      }
      kind = found.get();
    }
    throw PenstockException.about(
        ErrorKind.WRONG_FORMAT,
        listing.file(0),
        ("expected images (PNG, JPEG, GIF, BMP), small .npy or records of bytes, found %s: %s;"
                + " --raw takes the bytes of files as they are")
            .formatted(kind.name(), kind.remedy()));
  }

  /** Records may well consist of letters, or of zeros. */
  private static boolean isFormat(FileKind kind) {
    return kind.content() != FileKind.Content.TEXT && kind.content() != FileKind.Content.ABSENT;
  }
}
