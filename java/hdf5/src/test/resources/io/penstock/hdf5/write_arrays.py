"""Writes arrays.h5 the way h5py does, and says what is in it.

    write_arrays.py FOLDER

Prints one line per array, tab-separated: name, dtype.str, shape, and SHA-256 of its elements; or
"refused" and a piece of the reason. The test reads the file that it wrote once.
"""

import hashlib
import sys

import h5py
import numpy

folder = sys.argv[1]


def filled(shape, dtype):
    dtype = numpy.dtype(dtype)
    count = int(numpy.prod(shape)) * dtype.itemsize
    flat = numpy.arange(count, dtype="u8") * 2654435761 >> 7
    return numpy.frombuffer(flat.astype("u1").tobytes(), dtype).reshape(shape)


def expect(name, array):
    digest = hashlib.sha256(array.tobytes()).hexdigest()
    descr = f"|V{array.dtype.itemsize}" if array.dtype.fields else array.dtype.str
    print(name, descr, ",".join(map(str, array.shape)), digest, sep="\t")


def refuse(name, reason):
    print(name, "refused", reason, sep="\t")


with h5py.File(f"{folder}/arrays.h5", "w") as file:
    for dtype in ("u1", "i1", "<i2", ">u4", "<i8", "<f2", ">f4", "<f8"):
        array = filled((5, 3), dtype)
        name = "numbers/" + array.dtype.name + ("big" if dtype[0] == ">" else "")
        file[name] = array
        expect(name, array)
    group = file.create_group("train/more")
    group["images"] = filled((7, 4, 4), "u1")
    expect("train/more/images", filled((7, 4, 4), "u1"))
    group["again"] = h5py.SoftLink("/train/more/images")
    group["self"] = file["train"]
    file["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
    flags = filled((9,), "u1") > 100
    file["flags"] = flags
    expect("flags", flags)
    file["text"] = numpy.array([b"ab", b"cde", b""])
    expect("text", numpy.array([b"ab", b"cde", b""]))
    points = filled((4,), numpy.dtype([("x", "<f4"), ("y", ">i2")]))
    file["points"] = points
    expect("points", points)
    file["scalar"] = numpy.float64(7)
    expect("scalar", numpy.array(7.0))
    file.create_dataset("chunked", data=filled((8, 4), "<f4"), chunks=(2, 4))
    expect("chunked", filled((8, 4), "<f4"))
    file.create_dataset("packed", data=filled((8, 4), "<f4"), compression="gzip")
    refuse("packed", "penstock convert")
    file.create_dataset("words", data=["a", "bc"], dtype=h5py.string_dtype())
    refuse("words", "expected elements of a fixed size")
    file.create_dataset("unwritten", (4, 2), "<f4")
    refuse("unwritten", "never written")
