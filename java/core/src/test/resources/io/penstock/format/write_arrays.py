"""Writes files with arrays the way Python and NumPy write them, and says what is in them.

    write_arrays.py FOLDER

Prints one line per array to find, tab-separated: file, part, dtype.str, shape, and the SHA-256 of
its elements in C order. In place of the last three, "refused" and a piece of the reason for arrays
that cannot be read in place. The tests run this where there is a Python with NumPy; the files that
it wrote once are in the folders beside it, for where there is none. Exit code 77: no NumPy here.
"""

import hashlib
import io
import sys
import zipfile

try:
    import numpy
except ImportError as problem:
    print(problem)
    sys.exit(77)

folder = sys.argv[1]


def expect(name, part, array, shape=None):
    data = numpy.ascontiguousarray(array).tobytes()
    digest = hashlib.sha256(data).hexdigest()
    shape = ",".join(map(str, array.shape if shape is None else shape))
    descr = array.dtype.str
    if array.dtype.fields:
        descr = f"|V{array.dtype.itemsize}"
    print(name, part, descr, shape, digest, sep="\t")


def refuse(name, part, reason):
    print(name, part, "refused", reason, sep="\t")


def filled(shape, dtype):
    """Elements of any dtype, all different as far as it can tell so many apart."""
    array = numpy.empty(shape, dtype)
    flat = numpy.arange(array.nbytes, dtype="u8") * 2654435761 >> 7
    array = numpy.frombuffer(flat.astype("u1").tobytes(), dtype).reshape(shape)
    return array.copy()


# ---- .npy ----------------------------------------------------------------------------------------

point = numpy.dtype([("x", "<f4"), ("y", ">i2", (2, 3)), ("tag", "S3")])
nested = numpy.dtype([("id", "<u8"), ("at", point), ("path", point, (2,))])
padded = numpy.dtype({"names": ["a", "b"], "formats": ["<i2", "<f8"], "offsets": [6, 16], "itemsize": 32})
aligned = numpy.dtype([("flag", "?"), ("value", "<f8"), ("small", "<u2")], align=True)


def fields(name, part, array):
    """The fields of a structured array as parts; those of a 0-d array are one record each."""
    for field in array.dtype.names:
        label = f"{part}.{field}" if part else field
        inner = array[field]
        if inner.dtype.fields:
            fields(name, label, inner)
        elif array.ndim == 0 and inner.ndim:
            expect(name, label, inner, (1,) + inner.shape)
        else:
            expect(name, label, inner)


def save(name, array):
    numpy.save(f"{folder}/{name}", array)
    expect(name, "", array)
    if array.dtype.fields:
        fields(name, "", array)


save("plain.npy", filled((5, 3), "<f4"))
save("big.npy", filled((7,), ">i8"))
save("scalar.npy", filled((), "<f8"))
save("empty.npy", filled((0, 4), "<f8"))
save("times.npy", filled((6,), "<M8[ns]"))
save("fortran.npy", numpy.asfortranarray(filled((5, 3, 4), "<i2")))
save("column.npy", numpy.asfortranarray(filled((9, 1), "<i2")))
save("point.npy", filled((4,), point))
save("points.npy", filled((4, 3), point))
save("nested.npy", filled((3,), nested))
save("padded.npy", filled((5,), padded))
save("aligned.npy", filled((5,), aligned))
save("one.npy", filled((), point))
save("records.npy", numpy.asfortranarray(filled((4, 3), point)))
save("void.npy", filled((4, 2), "V5"))
save("names.npy", filled((2,), [("\u00e9", "<f4"), ("\u540d\u524d", "<i4"), ("a.b", "u1")]))

# ---- .npz ----------------------------------------------------------------------------------------


class OneWay(io.RawIOBase):
    """A file that cannot go back, such as a pipe: sizes are written behind the data."""

    def __init__(self, name):
        self.file = open(name, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


arrays = {
    "x": filled((6, 2), "<f4"),
    "y": filled((6,), "<i8"),
    "deep/er": filled((3,), "|S4"),
    "\u540d": filled((2, 2), ">u2"),
    "empty": filled((0, 3), "<f8"),
    "point": filled((4,), point),
    "fortran": numpy.asfortranarray(filled((4, 3), "<f8")),
}


def expect_npz(name):
    for key, array in arrays.items():
        expect(name, key, array)
        if array.dtype.fields:
            fields(name, key, array)


numpy.savez(f"{folder}/stored.npz", **arrays)
expect_npz("stored.npz")
numpy.savez(f"{folder}/positions.npz", filled((2,), "u1"), filled((3,), "u1"))
expect("positions.npz", "arr_0", filled((2,), "u1"))
expect("positions.npz", "arr_1", filled((3,), "u1"))
numpy.savez(f"{folder}/alone.npz", x=filled((5,), "<f4"))
expect("alone.npz", "x", filled((5,), "<f4"))
numpy.savez_compressed(f"{folder}/deflated.npz", x=filled((5,), "<f4"), y=filled((5,), "<f4"))
refuse("deflated.npz", "x", "'x' is compressed (deflated)")
refuse("deflated.npz", "y", "penstock convert")
with OneWay(f"{folder}/streamed.npz") as stream, zipfile.ZipFile(stream, "w") as archive:
    for key, array in arrays.items():
        with archive.open(f"{key}.npy", "w", force_zip64=key == "x") as member:
            numpy.lib.format.write_array(member, array)
expect_npz("streamed.npz")
with zipfile.ZipFile(f"{folder}/mixed.npz", "w") as archive:
    archive.writestr("notes.txt", b"no array")
    archive.writestr("x.npy", open(f"{folder}/plain.npy", "rb").read())
    archive.comment = b"PK\5\6 is no end"
expect("mixed.npz", "x", filled((5, 3), "<f4"))
