package io.penstock.internal.format.torch;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The members of a file of torch.save, to be changed and packed again. */
final class TorchFiles {
  private final Map<String, byte[]> members = new LinkedHashMap<>();
  private String folder = "";

  static TorchFiles read(Path file) throws IOException {
    TorchFiles files = new TorchFiles();
    try (ZipFile archive = new ZipFile(file.toFile())) {
      for (ZipEntry entry : archive.stream().toList()) {
        try (InputStream contents = archive.getInputStream(entry)) {
          files.members.put(entry.getName(), contents.readAllBytes());
        }
      }
    }
    files.folder = files.members.keySet().iterator().next().split("/", 2)[0] + "/";
    return files;
  }

  TorchFiles with(String name, byte[] contents) {
    members.put(folder + name, contents);
    return this;
  }

  byte[] pickle() {
    return members.get(folder + "data.pkl");
  }

  /** The last member first. */
  byte[] packed(boolean isCompressed) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    pack(isCompressed, bytes);
    return bytes.toByteArray();
  }

  /** The same, without another copy in memory. */
  void pack(boolean isCompressed, Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      pack(isCompressed, out);
    }
  }

  private void pack(boolean isCompressed, OutputStream out) throws IOException {
    try (ZipOutputStream archive = new ZipOutputStream(out)) {
      for (String name : members.keySet().stream().toList().reversed()) {
        byte[] contents = members.get(name);
        ZipEntry entry = new ZipEntry(name);
        if (!isCompressed || name.endsWith("data.pkl")) {
          CRC32 crc = new CRC32();
          crc.update(contents);
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(contents.length);
          entry.setCrc(crc.getValue());
        }
        archive.putNextEntry(entry);
        archive.write(contents);
        archive.closeEntry();
      }
    }
  }
}
