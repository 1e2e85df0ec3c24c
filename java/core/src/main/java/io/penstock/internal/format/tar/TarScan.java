package io.penstock.internal.format.tar;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.index.IndexBuilder;
import io.penstock.internal.index.Scan;
import io.penstock.internal.index.ScanInput;
import java.nio.ByteBuffer;

/**
 * Finds the samples of an archive.
 *
 * <p>Members that are part of a sample must be regular files whose bytes lie in one piece: links
 * and sparse files are errors by name, since a sample that lacks them silently would be worse.
 */
public final class TarScan implements Scan {
  /** Whether the end of the archive is marked: yes or no. */
  static final String END_FACT = "end mark";

  /**
   * How far behind the end another archive is looked for: tar pads archives with zeros, seldom to
   * more than 10 KiB and never to more than this.
   */
  private static final long LOOKED_BEHIND_BYTES = 16 << 20;

  @Override
  public String id() {
    return "tar 1";
  }

  @Override
  public void run(ScanInput in, IndexBuilder found) {
    TarMembers members = new TarMembers(in);
    TarSamples samples = new TarSamples(in, found);
    long others = 0;
    while (members.advance()) {
      int dot = MemberName.dot(members.name(), members.nameLength());
      if (dot == MemberName.NONE || members.kind() == TarMembers.Kind.DIRECTORY) {
        others++;
        continue;
      }
      if (members.kind() != TarMembers.Kind.FILE) {
        throw unreadable(in.file(), members);
      }
      samples.add(members, dot);
    }
    if (samples.count() == 0) {
      throw in.file()
          .problem(
              "expected files of samples, with names such as KEY.jpg, found %d members without any"
                      .formatted(others)
                  + ": rename the files, and pack them again");
    }
    samples.end();
    found.fact(END_FACT, members.hasEndMark() ? "yes" : "no");
    if (members.hasEndMark()) {
      checkNothingBehind(in, members.endOffset());
    }
  }

  private static PenstockException unreadable(OpenFile file, TarMembers member) {
    String remedy =
        switch (member.kind()) {
          case HARD_LINK -> "pack it again with tar --hard-dereference";
          case SYMBOLIC_LINK -> "pack it again with tar --dereference";
          case SPARSE -> "pack it again without tar --sparse";
          case CONTINUED -> "unpack all volumes, and pack the files again";
          default -> "pack it again without this member";
        };
    String to = member.linkText().isEmpty() ? "" : " to '" + member.linkText() + "'";
    return file.problemAt(
        member.headerOffset(),
        "expected member '%s' to be a file whose bytes lie in one piece, found %s%s: %s"
            .formatted(member.nameText(), member.kind().words, to, remedy));
  }

  /**
   * Tar stops at the first end mark, so archives that were joined by cat lose all but the first.
   * What else lies there is padding.
   */
  private static void checkNothingBehind(ScanInput in, long end) {
    long stop = Math.min(in.sizeBytes(), end + LOOKED_BEHIND_BYTES);
    long at = end;
    while (stop - at >= TarHeader.BLOCK_BYTES) {
      in.moveTo(at);
      ByteBuffer bytes = in.peek(TarHeader.BLOCK_BYTES, "what is behind the archive");
      int i = 0;
      for (; bytes.limit() - i >= TarHeader.BLOCK_BYTES; i += TarHeader.BLOCK_BYTES) {
        if (bytes.get(i) != 0 && TarHeader.hasSum(bytes, i)) {
          throw in.file()
              .problemAt(
                  at + i,
                  ("expected the end of the file behind the end of the archive, found another"
                       + " archive at byte %d, which tar would not read: make it a file of its own,"
                       + " and give both as shards, or join them with tar --concatenate")
                      .formatted(in.file().position(at + i)));
        }
      }
      at += i;
    }
  }
}
