"""Writes files with arrays the way Python and NumPy write them, and says what is in them.

    write_arrays.py FOLDER

Prints one line per array to find, tab-separated: file, part, dtype.str, shape, and the SHA-256 of
its elements in C order, and once more with all numbers in the byte order of this machine. In place
of the last four, "refused" and a piece of the reason for arrays
that cannot be read in place. The tests run this where there is a Python with NumPy; the files that
it wrote once are in the folders beside it, for where there is none. Exit code 77: no NumPy here.
"""

import collections
import hashlib
import io
import json
import os
import pickle
import struct
import sys
import types
import zipfile

try:
    import numpy
except ImportError as problem:
    print(problem)
    sys.exit(77)

try:
    import joblib
except ImportError:
    joblib = None

folder = sys.argv[1]


def turn(array):
    """In place: every number, in every field, keeps its value and gets the order of this machine."""
    if array.dtype.names:
        for name in array.dtype.names:
            turn(array[name])
    elif not array.dtype.isnative:
        array.byteswap(inplace=True)


def native(array):
    turned = numpy.array(array)
    turn(turned)
    if not array.dtype.names:
        wanted = array.astype(array.dtype.newbyteorder("=")).tobytes()
        assert turned.tobytes() == wanted, array.dtype
    return hashlib.sha256(turned.tobytes()).hexdigest()


def expect(name, part, array, shape=None):
    array = numpy.asarray(array)
    data = numpy.ascontiguousarray(array).tobytes()
    digest = hashlib.sha256(data).hexdigest()
    shape = ",".join(map(str, array.shape if shape is None else shape))
    descr = array.dtype.str
    if array.dtype.fields:
        descr = f"|V{array.dtype.itemsize}"
    print(name, part, descr, shape, digest, native(array), sep="\t")


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

# ---- pickle --------------------------------------------------------------------------------------


class Python2Pickler(pickle._Pickler):
    """Writes as the pickler of Python 2 does: its str, which bytes of arrays are, with no encoding.

    There is no Python 2 to run here; opcodes and names are those of its pickle module.
    """

    dispatch = pickle._Pickler.dispatch.copy()

    def save_str(self, data):
        raw = data if isinstance(data, bytes) else data.encode()
        if self.proto == 0:
            quoted = repr(raw)[1:].encode()
            self.write(pickle.STRING + quoted + b"\n")
        elif len(raw) < 256:
            self.write(pickle.SHORT_BINSTRING + bytes([len(raw)]) + raw)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(raw)) + raw)
        self.memoize(data)

    dispatch[bytes] = save_str
    dispatch[str] = save_str

    def save_name(self, name):
        module = name.__module__.replace("numpy._core", "numpy.core")
        self.write(f"c{module}\n{name.__name__}\n".encode())
        self.memoize(name)

    def save_global(self, name, *_):
        self.save_name(name)

    dispatch[types.FunctionType] = save_name
    dispatch[type] = save_name


def dump(name, value, protocol):
    with open(f"{folder}/{name}", "wb") as file:
        pickle.dump(value, file, protocol)


def dump2(name, value, protocol):
    with open(f"{folder}/{name}", "wb") as file:
        Python2Pickler(file, protocol).dump(value)


def expect_fields(name, part, array):
    expect(name, part, array)
    if array.dtype.fields:
        fields(name, part, array)


kinds = {
    "image": filled((4, 5, 3), "u1"),
    "big": filled((7, 2), ">f4"),
    "wide": filled((3,), "<c16"),
    "times": filled((6,), "<M8[25us]"),
    "spans": filled((6,), ">m8[D]"),
    "bare": filled((2,), "<M8"),
    "bytes": filled((3, 2), "S7"),
    "text": numpy.array(["ab", "\u00e9\u540d", ""]),
    "void": filled((3,), "V6"),
    "flags": filled((9,), "u1") > 100,
    "long": filled((2,), "longdouble"),
    "empty": numpy.zeros((0, 4), "<i8"),
    "scalar": filled((), "<f8"),
    "point": filled((4,), point),
    "nested": filled((3,), nested),
    "padded": filled((5,), padded),
    "fortran": numpy.asfortranarray(filled((5, 3), "<i2")),
    "turned": filled((2, 3, 4), "<i2").transpose(1, 0, 2),
    "strided": filled((12, 2), "<i4")[::3],
    "locked": filled((3, 300), "<f4"),
}
kinds["locked"].flags.writeable = False

for protocol in (3, 4, 5):
    name = f"kinds{protocol}.pkl"
    dump(name, kinds, protocol)
    for key, array in kinds.items():
        expect_fields(name, key, array)
for protocol in (0, 1, 2):
    name = f"kinds{protocol}.pkl"
    dump(name, {"x": filled((4, 2), "<f4"), "n": 7, "empty": numpy.zeros((0, 2), "u1")}, protocol)
    refuse(name, "x", "text with escapes (pickle protocols 0 to 2 of Python 3")
    expect(name, "empty", numpy.zeros((0, 2), "u1"))
    name = f"python2_{protocol}.pkl"
    dump2(name, kinds, protocol)
    for key, array in kinds.items():
        if protocol == 0:
            refuse(name, key, "0 of Python 2")
        else:
            expect_fields(name, key, array)

for protocol in range(3, 6):
    name = f"alone{protocol}.pkl"
    dump(name, filled((4, 3), "<f8"), protocol)
    expect(name, "", filled((4, 3), "<f8"))

x, y = filled((6, 2), "<f4"), filled((6,), "<i8")
name = "tuple.pkl"
dump(name, (x, y), 4)
expect(name, "[0]", x)
expect(name, "[1]", y)

name = "deep.pkl"
deep = {
    "train": {"x": x, "y": y, "n": 6},
    "": [x[:1]],
    "a.b": y[:2],
    "a": {"b": y[:3]},
    7: (None, "skipped", [1, 2, {"more": x[:2]}]),
    ("not", "a name"): x[:3],
    b"raw": x[:4],
    "numbers": list(range(3000)),
    "again": x,
    "lines\n": y[:1],
}
deep["self"] = deep
dump(name, deep, 5)
for part, array in {
    "train.x": x,
    "train.y": y,
    "''[0]": x[:1],
    "a.b": y[:2],
    "a.b~2": y[:3],
    "[7][2][2].more": x[:2],
    "{5}": x[:3],
    "raw": x[:4],
    "again": x,
    "lines\\u000a": y[:1],
}.items():
    expect(name, part, array)

class Attributes(dict):
    """A dictionary whose items are its attributes, as many programs have one."""

    def __init__(self, **items):
        super().__init__(**items)
        self.__dict__ = self


class Both(dict):
    """A dictionary with attributes of its own, which may be called as its items."""


for protocol in range(6):
    name = f"attributes{protocol}.pkl"
    dump(name, {"all": Attributes(x=x[:0], deep=Attributes(y=y[:0]))}, protocol)
    expect(name, "all.x", x[:0])
    expect(name, "all.deep.y", y[:0])
    both = Both(x=x[:0], z=y[:0])
    object.__setattr__(both, "x", y[:0])
    object.__setattr__(both, "own", x[:0, :1])
    name = f"both{protocol}.pkl"
    dump(name, both, protocol)
    expect(name, "x", x[:0])
    expect(name, "x~2", y[:0])
    expect(name, "z", y[:0])
    expect(name, "own", x[:0, :1])

name = "field-or-key.pkl"
dump(name, {"p": filled((4,), point), "p.x": x, "q.x": y, "q": filled((2,), point)}, 5)
expect_fields(name, "p", filled((4,), point))
expect(name, "p.x~2", x)
expect(name, "q.x", y)
q = filled((2,), point)
for part, array in {"q": q, "q.x~2": q["x"], "q.y": q["y"], "q.tag": q["tag"]}.items():
    expect(name, part, array)

masked = {
    "plain": numpy.ma.array(filled((5, 3), "<f4"), mask=filled((5, 3), "u1") > 99),
    "whole": numpy.ma.array(filled((4,), ">i8")),
    "fortran": numpy.ma.array(numpy.asfortranarray(filled((4, 3), "<i2")), mask=False),
    "words": numpy.ma.array(filled((3,), "S4"), mask=[True, False, True]),
    "point": numpy.ma.array(filled((3,), nested), mask=True),
}
for protocol in (3, 4, 5):
    name = f"masked{protocol}.pkl"
    dump(name, masked, protocol)
    for key, array in masked.items():
        expect_fields(name, f"{key}.data", array.data)
        expect_fields(name, f"{key}.mask", numpy.ma.getmaskarray(array))
name = "masked-alone.pkl"
dump(name, masked["plain"], 5)
expect(name, "data", masked["plain"].data)
expect(name, "mask", masked["plain"].mask)
name = "masked-text.pkl"
dump(name, masked["plain"], 2)
refuse(name, "data", "text with escapes (pickle protocols 0 to 2 of Python 3")
refuse(name, "mask", "text with escapes (pickle protocols 0 to 2 of Python 3")

name = "list.pkl"
short = [filled((3, 2), "<f4") * i for i in range(5)]
dump(name, short, 4)
expect(name, "[]", numpy.stack(short))
for i, array in enumerate(short):
    expect(name, f"[{i}]", array)

name = "pairs.pkl"
pairs = [(filled((8, 8), "u1") ^ (i & 255), numpy.array(i, "<i4"), f"name{i}") for i in range(700)]
dump(name, pairs, 4)
expect(name, "[][0]", numpy.stack([pair[0] for pair in pairs]))
expect(name, "[][1]", numpy.stack([pair[1] for pair in pairs]))

name = "samples.pkl"
samples = [{"x": filled((40,), point), "y": i} for i in range(20)]
dump(name, samples, 3)
expect_fields(name, "[].x", numpy.stack([sample["x"] for sample in samples], dtype=point))

name = "ragged.pkl"
ragged = [filled((i, 2), "<f4") for i in range(1, 30)]
dump(name, ragged, 4)
refuse(name, "[]", "expected arrays of one dtype and shape in the list")

name = "several.pkl"
with open(f"{folder}/{name}", "wb") as file:
    for protocol, value in ((4, x), (2, {"n": 1}), (5, {"y": y}), (3, [x[:3], None])):
        pickle.dump(value, file, protocol)
    file.write(b"\0 what follows is no pickle")
expect(name, "[0]", x)
expect(name, "[2].y", y)
expect(name, "[3][0]", x[:3])

name = "stream.pkl"
with open(f"{folder}/{name}", "wb") as file:
    for i in range(50):
        pickle.dump(filled((6, 2), "<f4") * i, file, 5)
expect(name, "[]", numpy.stack([filled((6, 2), "<f4") * i for i in range(50)]))


class Sample:
    """An object: its attributes are kept beside its class."""

    def __init__(self):
        self.x = x
        self.note = "text"
        self.parts = {"y": y}


class Slots:
    __slots__ = ("x",)


Pair = collections.namedtuple("Pair", "x y")
slots = Slots()
slots.x = x
for protocol in (3, 5):
    name = f"objects{protocol}.pkl"
    dump(
        name,
        {
            "sample": Sample(),
            "slots": slots,
            "pair": Pair(x, y),
            "ordered": collections.OrderedDict([("x", x)]),
            "default": collections.defaultdict(list, {"y": [y]}),
            "scalar": numpy.float32(1),
            "masked": numpy.ma.array([1, 2], mask=[0, 1]),
            "objects": numpy.array([1, None], dtype=object),
            "memmap": numpy.load(f"{folder}/plain.npy", mmap_mode="r"),
            "set": {1, 2},
            "bytes": bytearray(b"12"),
        },
        protocol,
    )
    expect(name, "sample.x", x)
    expect(name, "sample.parts.y", y)
    expect(name, "slots.x", x)
    expect(name, "pair[0]", x)
    expect(name, "pair[1]", y)
    expect(name, "ordered.x", x)
    expect(name, "default.y[0]", y)
    expect(name, "masked.data", numpy.array([1, 2]))
    expect(name, "masked.mask", numpy.array([False, True]))
    expect(name, "memmap", filled((5, 3), "<f4"))
    refuse(name, "objects", "object dtypes are not supported")

name = "buffers.pkl"
buffers = []
with open(f"{folder}/{name}", "wb") as file:
    pickle.dump({"x": x, "y": y}, file, 5, buffer_callback=buffers.append)
refuse(name, "x", "found an out-of-band buffer")
refuse(name, "y", "found an out-of-band buffer")


class Attack:
    """Loading this would run a command; reading it here must not."""

    def __reduce__(self):
        return (os.system, ("touch owned-by-a-pickle",))


for protocol in range(6):
    name = f"attack{protocol}.pkl"
    dump(name, [Attack(), y], protocol)
    if protocol > 2:
        expect(name, "[1]", y)
    else:
        refuse(name, "[1]", "text with escapes")

if joblib:
    name = "array.joblib"
    joblib.dump(kinds["image"], f"{folder}/{name}")
    expect(name, "", kinds["image"])
    for protocol in (2, 3, 4, 5):
        name = f"kinds{protocol}.joblib"
        joblib.dump(dict(kinds, objects=numpy.array(["a", None])), f"{folder}/{name}", protocol=protocol)
        for key, array in kinds.items():
            expect_fields(name, key, array)
        refuse(name, "objects", "object dtypes are not supported")

# ---- IDX, safetensors, token data ----------------------------------------------------------------

idx_codes = {"u1": 8, "i1": 9, ">i2": 11, ">i4": 12, ">f4": 13, ">f8": 14}
for dtype, code in idx_codes.items():
    for shape in ((5, 4, 3), (7,)):
        array = filled(shape, dtype)
        name = f"{dtype.strip('>')}-{len(shape)}.idx"
        with open(f"{folder}/{name}", "wb") as file:
            file.write(struct.pack(">BBBB", 0, 0, code, len(shape)))
            file.write(struct.pack(f">{len(shape)}I", *shape))
            file.write(array.tobytes())
        expect(name, "", array)

tensors = {
    "weight": filled((4, 3), "<f4"),
    "a.b": filled((2, 5, 2), "<i8"),
    "bias \u00e9": filled((6,), "<f2"),
    "mask": filled((3, 3), "u1") > 100,
    "scalar": filled((), "<f8"),
    "none": numpy.zeros((0, 2), "<i4"),
}


def safetensors(name, arrays, codes, metadata):
    """As the format's specification says; its own library writes the same."""
    header = {"__metadata__": metadata} if metadata else {}
    offset = 0
    for key, array in arrays.items():
        header[key] = {
            "dtype": codes[key],
            "shape": list(array.shape),
            "data_offsets": [offset, offset + array.nbytes],
        }
        offset += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/{name}", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(array.tobytes())


codes = dict(zip(tensors, ("F32", "I64", "F16", "BOOL", "F64", "I32")))
name = "tensors.safetensors"
safetensors(name, tensors, codes, {"format": "pt", "text": "{\"a\": [1, 2]}"})
for key, array in tensors.items():
    expect(name, key, array)
name = "half.safetensors"
halves = {"x": filled((5, 2), "V2"), "y": filled((3,), "V1"), "new": filled((3,), "V1")}
safetensors(name, halves, {"x": "BF16", "y": "F8_E4M3", "new": "F4_X"}, None)
expect(name, "x", halves["x"])
expect(name, "y", halves["y"])
refuse(name, "new", "expected a dtype that is known, found 'F4_X'")

lengths = [5, 1, 0, 7, 3]
for dtype, code in {"<u2": 8, "<i4": 4, "<f4": 6, "<f8": 6}.items():
    stem = f"tokens-{dtype[1:]}"
    tokens = filled((sum(lengths),), dtype)
    tokens.tofile(f"{folder}/{stem}.bin")
    sizes = numpy.array(lengths, "<i4")
    pointers = (numpy.cumsum(sizes) - sizes).astype("<i8") * tokens.itemsize
    documents = numpy.array([0, 2, 5], "<i8")
    with open(f"{folder}/{stem}.idx", "wb") as file:
        file.write(b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, code, len(sizes), len(documents)))
        file.write(sizes.tobytes() + pointers.tobytes() + documents.tobytes())
    expect(f"{stem}.idx", "tokens", tokens)
    expect(f"{stem}.idx", "lengths", sizes)
    expect(f"{stem}.idx", "pointers", pointers)
    expect(f"{stem}.idx", "documents", documents)
