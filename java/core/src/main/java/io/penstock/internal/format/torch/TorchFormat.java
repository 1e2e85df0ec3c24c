package io.penstock.internal.format.torch;

import io.penstock.error.PenstockException;
import io.penstock.internal.format.ArrayFormat;
import io.penstock.internal.format.Contents;
import io.penstock.internal.format.OpenFile;
import io.penstock.internal.format.StoredMember;
import io.penstock.internal.format.ZipDirectory;
import io.penstock.internal.format.ZipDirectory.ZipMember;
import io.penstock.internal.format.pickle.PickleFormat;
import io.penstock.internal.format.pickle.PickleStorages;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files that {@code torch.save} writes since PyTorch 1.6: a zip archive NAME with a pickle, {@code
 * NAME/data.pkl}, and the bytes of tensors, {@code NAME/data/0} and so on, all stored.
 *
 * <p>Nothing in the pickle is run. Storages that are compressed cannot be read in place; their
 * tensors are listed with the reason.
 */
public final class TorchFormat implements ArrayFormat {
  private static final byte[] ARCHIVE = {'P', 'K', 3, 4};
  private static final int NAME_BYTES_AT = 26;
  private static final String PICKLE = "data.pkl";
  private static final String AGAIN = "save it again with torch.save, which does not compress";

  /** Longest name of a storage's folder that is looked at. */
  private static final int MAX_NAME_BYTES = 1 << 10;

  @Override
  public String name() {
    return "torch";
  }

  /** PyTorch writes the pickle first; other programs that pack the archive again may not. */
  @Override
  public boolean recognizes(byte[] start, OpenFile file) {
    if (start.length < 4
        || !Arrays.equals(start, 0, 4, ARCHIVE, 0, 4)
        || file.sizeBytes() < ZipDirectory.LOCAL_HEADER_BYTES) {
      return false;
    }
    String first = firstName(file);
    if (isPickle(first)) {
      return true;
    }
    return first.indexOf('/') > 0 && !first.endsWith(".npy") && pickleOrNull(file) != null;
  }

  private static String firstName(OpenFile file) {
    byte[] header = file.start(ZipDirectory.LOCAL_HEADER_BYTES);
    int bytes = Short.toUnsignedInt(ZipDirectory.little(header).getShort(NAME_BYTES_AT));
    int room = (int) Math.min(MAX_NAME_BYTES, file.sizeBytes() - header.length);
    return new String(
        file.read(header.length, Math.min(bytes, room), "the name of the first member"),
        StandardCharsets.UTF_8);
  }

  private static boolean isPickle(String name) {
    int slash = name.indexOf('/');
    return slash >= 0 && name.substring(slash + 1).equals(PICKLE);
  }

  /** The pickle of an archive; null if it has none, or is damaged, which others say. */
  private static @Nullable ZipMember pickleOrNull(OpenFile file) {
    try {
      return pickle(ZipDirectory.read(file)).orElse(null);
    } catch (PenstockException e) {
      return null;
    }
  }

  private static Optional<ZipMember> pickle(List<ZipMember> members) {
    return members.stream().filter(member -> isPickle(member.name())).findFirst();
  }

  @Override
  public Contents read(OpenFile file) {
    List<ZipMember> members = ZipDirectory.read(file);
    ZipMember pickle =
        pickle(members)
            .orElseThrow(
                () ->
                    file.problem(
                        "expected an archive of PyTorch with a NAME/data.pkl, found none: copy it"
                            + " again"));
    OpenFile section = StoredMember.section(file, pickle, pickle.name(), AGAIN);
    return PickleFormat.inside(
        file,
        section.position(0),
        section.sizeBytes(),
        pickle.name(),
        name(),
        new TorchStorages(file, members, folder(pickle)));
  }

  private static String folder(ZipMember pickle) {
    return pickle.name().substring(0, pickle.name().length() - PICKLE.length());
  }

  /** The members that hold storages, each looked at when a tensor names it. */
  private static final class TorchStorages implements PickleStorages {
    private final OpenFile file;
    private final Map<String, ZipMember> members = new HashMap<>();
    private final String folder;
    private final boolean isBigEndian;

    TorchStorages(OpenFile file, List<ZipMember> members, String folder) {
      this.file = file;
      this.folder = folder;
      members.forEach(member -> this.members.put(member.name(), member));
      this.isBigEndian = isBigEndian();
    }

    /** Before version 2.1 PyTorch wrote no byte order: practically all machines were little. */
    private boolean isBigEndian() {
      ZipMember member = members.get(folder + "byteorder");
      if (member == null) {
        return false;
      }
      OpenFile section = StoredMember.section(file, member, member.name(), AGAIN);
      String order = new String(section.start(8), StandardCharsets.ISO_8859_1).strip();
      if (!order.equals("little") && !order.equals("big")) {
        throw section.problem("expected 'little' or 'big', found other bytes: copy the file again");
      }
      return order.equals("big");
    }

    @Override
    public @Nullable StoragePlace find(String key) {
      ZipMember member = members.get(folder + "data/" + key);
      if (member == null) {
        return null;
      }
      try {
        OpenFile section = StoredMember.section(file, member, member.name(), AGAIN);
        return new StoragePlace(section.position(0), section.sizeBytes(), isBigEndian, null);
      } catch (PenstockException e) {
        return new StoragePlace(0, 0, isBigEndian, withoutPath(e));
      }
    }

    private String withoutPath(PenstockException e) {
      String message = String.valueOf(e.getMessage());
      String path = file.path() + ": ";
      return message.startsWith(path) ? message.substring(path.length()) : message;
    }
  }
}
