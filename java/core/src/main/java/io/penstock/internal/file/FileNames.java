package io.penstock.internal.file;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Names of files as the bytes that they are on Linux, whatever the locale. Where names are text, as
 * on Windows, these are its bytes in UTF-8, with slashes between names.
 *
 * <p>Java decodes names by {@code sun.jnu.encoding}: a name that is not UTF-8, or any name beyond
 * ASCII under {@code LC_ALL=C}, loses bytes on its way through a String, and the file is not found
 * again. A Path keeps the bytes, and shows them in its URI alone. Stateless.
 */
public final class FileNames {
  private static final boolean IS_UTF_8 =
      "UTF-8".equalsIgnoreCase(System.getProperty("sun.jnu.encoding"))
          || !Directories.isPosix(Path.of(""));

  private static final char REPLACEMENT = '\uFFFD';

  private FileNames() {}

  /**
   * The bytes of a name.
   *
   * @param name relative path, of one name or several
   * @return as the system has them, with slashes between names
   */
  public static byte[] bytes(Path name) {
    String text = name.toString().replace(name.getFileSystem().getSeparator(), "/");
    boolean isExact =
        isAscii(text) || (IS_UTF_8 && text.indexOf(REPLACEMENT) < 0) || !isDefault(name);
    if (isExact) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    String path = Path.of("/").resolve(name).toUri().getRawPath();
    // A folder of this name may lie in the root; its URI ends with a slash.
    int end = path.endsWith("/") ? path.length() - 1 : path.length();
    byte[] bytes = new byte[end];
    int count = 0;
    for (int i = 1; i < end; i++) {
      if (path.charAt(i) == '%') {
        bytes[count++] = (byte) HexFormat.fromHexDigits(path, i + 1, i + 3);
        i += 2;
      } else {
        bytes[count++] = (byte) path.charAt(i);
      }
    }
    return Arrays.copyOf(bytes, count);
  }

  /**
   * The path of a name.
   *
   * @param folder that it lies in
   * @param name bytes of a relative path
   * @return a path that opens the file of this name
   * @throws IllegalArgumentException if no file can have this name
   */
  public static Path path(Path folder, byte[] name) {
    return folder.resolve(relative(folder, name));
  }

  private static Path relative(Path folder, byte[] name) {
    String text = textOrNull(name);
    boolean isExact = text != null && (IS_UTF_8 || isAscii(text) || !isDefault(folder));
    if (isExact) {
      return folder.getFileSystem().getPath(text);
    }
    StringBuilder path = new StringBuilder("file:///");
    for (byte b : name) {
      boolean isPlain = b == '/' || (b >= '0' && b <= '9') || ((b | 32) >= 'a' && (b | 32) <= 'z');
      path.append(isPlain ? String.valueOf((char) b) : "%%%02X".formatted(b));
    }
    return Path.of("/").relativize(Path.of(URI.create(path.toString())));
  }

  /**
   * A name for people, and to be sorted by: the same in every locale.
   *
   * @param name bytes
   * @return the text that they are in UTF-8; bytes that are not UTF-8 as {@code \xff}
   */
  public static String text(byte[] name) {
    String text = textOrNull(name);
    if (text != null) {
      return text;
    }
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer bytes = ByteBuffer.wrap(name);
    CharBuffer some = CharBuffer.allocate(name.length + 1);
    StringBuilder all = new StringBuilder();
    while (true) {
      CoderResult result = decoder.reset().decode(bytes, some, true);
      all.append(some.flip());
      some.clear();
      if (!result.isError()) {
        return all.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        all.append("\\x%02x".formatted(bytes.get()));
      }
    }
  }

  private static boolean isDefault(Path path) {
    return path.getFileSystem().equals(FileSystems.getDefault());
  }

  private static String textOrNull(byte[] name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException _) {
      return null;
    }
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 128) {
        return false;
      }
    }
    return true;
  }
}
