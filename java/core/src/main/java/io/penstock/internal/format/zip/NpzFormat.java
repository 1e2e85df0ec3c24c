package io.penstock.internal.format.zip;

import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.UniqueNames;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.format.npy.NpyFormat;
import io.penstock.internal.kind.ArchiveKinds;
import io.penstock.internal.kind.FileKind;
import io.penstock.internal.report.Excerpt;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * numpy.savez: a zip archive whose members are .npy files, read where they lie.
 *
 * <p>A member that is stored, not compressed, is a .npy file at an offset. Members that are
 * compressed or encrypted are listed with the reason why they cannot be read in place. Names lose
 * their {@code .npy}, as numpy.load has it; members that are not .npy files are left out.
 */
public final class NpzFormat implements ArrayFormat {

  private static final int LOCAL_SIGNATURE = 0x04034b50;
  private static final byte[] EMPTY_ARCHIVE = {'P', 'K', 5, 6};
  private static final byte[] ARCHIVE = {'P', 'K', 3, 4};
  private static final String SUFFIX = ".npy";

  /** Bits of encryption, and of a directory that hides its local headers. */
  private static final int ENCRYPTED_FLAGS = 1 | 1 << 6 | 1 << 13;

  /** Set by writers that could not go back to write the sizes before the data. */
  private static final int SIZES_BEHIND_FLAG = 1 << 3;

  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /** Most bytes of .npy headers over all members: 100,000 members have some 12 MB of them. */
  private static final long MAX_HEADER_BYTES = 1 << 24;

  private static final int MAX_PARTS = 1 << 17;

  /**
   * The most reasons that are kept for arrays that cannot be read: more of them mean another kind
   * of file.
   */
  private static final int MAX_PROBLEMS = 1000;

  @Override
  public String name() {
    return "npz";
  }

  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    return start.length >= 4
        && (Arrays.equals(start, 0, 4, ARCHIVE, 0, 4)
            || Arrays.equals(start, 0, 4, EMPTY_ARCHIVE, 0, 4));
  }

  @Override
  public Contents read(OpenFile file) {
    List<ZipDirectory.ZipMember> members = ZipDirectory.read(file);
    List<ZipDirectory.ZipMember> arrays =
        members.stream().filter(member -> isArray(member.name())).toList();
    if (arrays.isEmpty() && !members.isEmpty()) {
      FileKind kind = ArchiveKinds.zip(members.stream().map(ZipDirectory.ZipMember::name).toList());
      throw file.problem(
          "expected an archive of arrays (NAME.npy), found %s: %s"
              .formatted(kind.name(), kind.remedy()));
    }
    return new Contents() {
      @Override
      public List<Part> parts() {
        return allParts(file, arrays);
      }

      @Override
      public Optional<Part> find(String name) {
        return Stream.concat(
                arrays.stream().filter(member -> name.equals(partName(member))),
                arrays.stream().filter(member -> name.startsWith(partName(member) + ".")))
            .flatMap(member -> open(file, member, new UniqueNames()).stream())
            .filter(part -> part.name().equals(name))
            .findFirst()
            .or(() -> name.indexOf('~') < 0 ? Optional.empty() : Contents.super.find(name));
      }
    };
  }

  private static boolean isArray(String name) {
    return name.endsWith(SUFFIX);
  }

  private static String partName(ZipDirectory.ZipMember member) {
    String name = member.name();
    return Excerpt.name(name.substring(0, name.length() - SUFFIX.length()));
  }

  private List<Part> allParts(OpenFile file, List<ZipDirectory.ZipMember> members) {
    List<Part> parts = new ArrayList<>();
    // A field of one member may have the name of another member, which takes precedence.
    UniqueNames names = new UniqueNames();
    members.forEach(member -> names.take(partName(member)));
    long headerBytes = 0;
    int problems = 0;
    for (ZipDirectory.ZipMember member : members) {
      List<Part> inside = open(file, member, names);
      parts.addAll(inside);
      Optional<String> problem = inside.getFirst().problem();
      if (problem.isEmpty()) {
        headerBytes += inside.getFirst().layout().dataOffset() - member.headerOffset();
      } else if (++problems > MAX_PROBLEMS) {
        throw file.problem(
            ("expected arrays that can be read, found more than %d arrays that cannot be read, the"
                    + " last because of: %s")
                .formatted(MAX_PROBLEMS, problem.get()));
      }
      if (headerBytes > MAX_HEADER_BYTES || parts.size() > MAX_PARTS) {
        throw file.problem(
            ("expected at most %d arrays and fields with %d bytes of headers, found more: name the"
                    + " array to read, as FILE#NAME")
                .formatted(MAX_PARTS, MAX_HEADER_BYTES));
      }
    }
    return parts;
  }

  /** The array in a member, with its fields; or why it cannot be read. */
  private List<Part> open(OpenFile file, ZipDirectory.ZipMember member, UniqueNames names) {
    String name = partName(member);
    try {
      OpenFile section = section(file, member, name);
      return NpyFormat.array(section).parts(section, name(), name, names);
    } catch (PenstockException e) {
      return List.of(Part.refused(name, e));
    }
  }

  private static OpenFile section(OpenFile file, ZipDirectory.ZipMember member, String name) {
    checkReadable(file, member, name);
    ByteBuffer header =
        ZipDirectory.little(
            file.read(
                member.headerOffset(), ZipDirectory.LOCAL_HEADER_BYTES, "the header of " + name));
    int nameBytes = Short.toUnsignedInt(header.getShort(26));
    int extraBytes = Short.toUnsignedInt(header.getShort(28));
    long dataOffset =
        member.headerOffset() + ZipDirectory.LOCAL_HEADER_BYTES + nameBytes + extraBytes;
    if (header.getInt(0) != LOCAL_SIGNATURE
        || dataOffset > member.endOffset()
        || member.storedBytes() > member.endOffset() - dataOffset) {
      throw differs(file, name, "its size");
    }
    byte[] rest =
        file.read(
            member.headerOffset() + ZipDirectory.LOCAL_HEADER_BYTES,
            nameBytes + extraBytes,
            "the header of " + name);
    ByteBuffer extra = ZipDirectory.little(Arrays.copyOfRange(rest, nameBytes, rest.length));
    long[] sizes = {
      Integer.toUnsignedLong(header.getInt(22)), Integer.toUnsignedLong(header.getInt(18))
    };
    if ((member.flags() & SIZES_BEHIND_FLAG) == 0
        && (!ZipDirectory.expand(extra, sizes)
            || sizes[0] != member.sizeBytes()
            || sizes[1] != member.storedBytes())) {
      throw differs(file, name, "its size");
    }
    if (Short.toUnsignedInt(header.getShort(6)) != member.flags()
        || Short.toUnsignedInt(header.getShort(8)) != member.method()) {
      throw differs(file, name, "how it is stored");
    }
    String storedName = new String(rest, 0, nameBytes, StandardCharsets.ISO_8859_1);
    if (!storedName.equals(member.storedName())) {
      throw differs(file, name, "its name");
    }
    return file.section(name, dataOffset, member.storedBytes());
  }

  private static void checkReadable(OpenFile file, ZipDirectory.ZipMember member, String name) {
    if (isTrick(member.name())) {
      throw file.problem(
          ("'%s': expected a name inside the archive, found one that leads out of it or is not"
                  + " printable: write the array under another name")
              .formatted(name));
    }
    if ((member.flags() & ENCRYPTED_FLAGS) != 0) {
      throw file.problem(
          "'%s' is encrypted: expected a stored member: unpack the archive with its password"
              .formatted(name));
    }
    if (member.method() != STORED) {
      String how = member.method() == DEFLATED ? "deflated" : "method " + member.method();
      throw file.problem(
          ("'%s' is compressed (%s): expected a stored member, which can be read in place: write"
                  + " it out with 'penstock convert', or with numpy.savez instead of"
                  + " savez_compressed")
              .formatted(name, how));
    }
    if (member.storedBytes() != member.sizeBytes()) {
      throw differs(file, name, "its size");
    }
  }

  /**
   * Names are only labels here. But files that are written from them later must not lead out of
   * their folder.
   */
  private static boolean isTrick(String name) {
    return name.startsWith("/")
        || name.contains("\\")
        || name.chars().anyMatch(character -> character < 0x20 || character == 0x7f)
        || name.matches("[A-Za-z]:.*")
        || List.of(name.split("/", -1)).contains("..");
  }

  private static PenstockException differs(OpenFile file, String name, String what) {
    return file.problem(
        ("not a valid archive: expected the directory and the header of '%s' to agree, found that"
                + " they differ in %s: write it again with numpy.savez")
            .formatted(name, what));
  }
}
