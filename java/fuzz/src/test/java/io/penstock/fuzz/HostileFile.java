package io.penstock.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** An intact file of a format, to be damaged. */
final class HostileFile {
  private final String format;
  private final String name;
  private final byte[] bytes;
  private final String extraPart;
  private final boolean mayEndEarly;

  private HostileFile(
      String format, String name, byte[] bytes, String extraPart, boolean mayEndEarly) {
    this.format = format;
    this.name = name;
    this.bytes = bytes;
    this.extraPart = extraPart;
    this.mayEndEarly = mayEndEarly;
  }

  /** As the guide calls it. */
  String format() {
    return format;
  }

  /** Which the file must have. */
  String name() {
    return name;
  }

  byte[] bytes() {
    return bytes;
  }

  /** A part that is read as well, which no list has; may be empty. */
  String extraPart() {
    return extraPart;
  }

  /** Whether the last record of a cut file may be the beginning of what it was. */
  boolean mayEndEarly() {
    return mayEndEarly;
  }

  /** One or more of each format; the inputs of the fuzz tests, as far as they are intact. */
  static List<HostileFile> all() {
    return List.of(
        input("tar", "Tar", "ustar.tar"),
        input("tar", "Tar", "gnu.tar"),
        input("tar", "Tar", "pax.tar"),
        input("TFRecord", "TfRecord", "examples.tfrecord"),
        input("TFRecord", "TfRecord", "bytes.tfrecord"),
        input("MDS", "Mds", "even.mds"),
        input("MDS", "Mds", "mixed.mds"),
        input(".pt", "Torch", "plain.pt"),
        input(".pt", "Torch", "views.pt"),
        input("Arrow", "Arrow", "small.arrow"),
        input("Arrow", "Arrow", "smallstream.arrow"),
        lines(),
        input("vectors", "Vecs", "three.fvecs"),
        input("vectors", "Vecs", "three.bvecs"),
        input("vectors", "Vecs", "two.fbin"),
        input("HDF5", "Hdf5", "chunks.h5"),
        input("HDF5", "Hdf5", "filters.h5"),
        input("HDF5", "Hdf5", "latest.h5"),
        input("Parquet", "Parquet", "plain.parquet"),
        input("Parquet", "Parquet", "gzip.parquet"),
        input("Parquet", "Parquet", "zstd.parquet"),
        input("IDX", "Idx", "f8-3.idx"),
        input(".npy", "Npy", "nested.npy"),
        input(".npz", "Npz", "mixed.npz"),
        input(".npz", "Npz", "streamed.npz"),
        input("pickle", "Pickle", "kinds2.pkl"),
        input("pickle", "Pickle", "array.joblib"),
        input("safetensors", "Safetensors", "tensors.safetensors"));
  }

  private static HostileFile input(String format, String test, String name) {
    String resource = test + "FuzzTestInputs/everyFileIsReadOrRefused/" + name;
    try (InputStream in = HostileFile.class.getResourceAsStream(resource)) {
      return new HostileFile(format, name, in.readAllBytes(), "", false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HostileFile lines() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 40; i++) {
      text.append("{\"number\": %d}\n".formatted(i * i));
    }
    byte[] bytes = text.append("the end").toString().getBytes(StandardCharsets.UTF_8);
    return new HostileFile("lines", "data.jsonl", bytes, "lines", true);
  }

  Path in(Path directory) {
    return directory.resolve(name);
  }
}
