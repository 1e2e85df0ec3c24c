package io.penstock.internal.format.zip;

import io.penstock.array.Part;
import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.StoredMember;
import io.penstock.internal.format.UniqueNames;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.format.npy.NpyFormat;
import io.penstock.internal.kind.ArchiveKinds;
import io.penstock.internal.kind.FileKind;
import io.penstock.internal.report.Excerpt;
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
  private static final byte[] EMPTY_ARCHIVE = {'P', 'K', 5, 6};
  private static final byte[] ARCHIVE = {'P', 'K', 3, 4};
  private static final String SUFFIX = ".npy";

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
      OpenFile section =
          StoredMember.section(
              file,
              member,
              name,
              "write it out with 'penstock convert', or with numpy.savez instead of"
                  + " savez_compressed");
      return NpyFormat.array(section).parts(section, name(), name, names);
    } catch (PenstockException e) {
      return List.of(Part.refused(name, e));
    }
  }
}
