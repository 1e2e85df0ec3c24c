"""Writes HDF5 files of many kinds with h5py, and says what h5py reads from them.

    write_kinds.py FOLDER [--small]

Prints one line per dataset, tab-separated: file, name, dtype.str (|V and the size for structured
types), fields as name:offset:dtype:axes, shape, and the start of the SHA-256 of the values (of each
field, one after another, for structured types); or "refused" and a piece of the reason. With --small
it writes what the repository keeps as kinds.zip, the list in it; without it, there are also arrays of
so many chunks that their indexes have several levels and pages. Values do not depend on the run.
"""

import ctypes
import hashlib
import os
import sys
import zipfile

import h5py
import numpy

folder = sys.argv[1]
is_small = "--small" in sys.argv[2:]
rng = numpy.random.RandomState(5)
lines = []


def numbers(shape, dtype):
    """Numbers that compress, in any type."""
    dtype = numpy.dtype(dtype)
    count = int(numpy.prod(shape))
    if dtype.kind in "fc":
        return (numpy.cumsum(rng.randint(-9, 9, count)) / 4).astype(dtype).reshape(shape)
    if dtype.kind == "b":
        return (rng.randint(0, 2, count) > 0).reshape(shape)
    if dtype.kind in "iu":
        return numpy.cumsum(rng.randint(0, 3, count)).astype(dtype).reshape(shape)
    return numpy.frombuffer(rng.bytes(count * dtype.itemsize), dtype).reshape(shape)


def leaves(dtype, prefix="", offset=0, axes=()):
    for name in dtype.names:
        field, at = dtype.fields[name][:2]
        shape = axes + field.shape
        base = field.base
        if base.names:
            yield from leaves(base, prefix + name + ".", offset + at, shape)
        else:
            yield prefix + name, offset + at, base, shape


def take(array, path):
    for step in path.split("."):
        array = array[step]
    return numpy.ascontiguousarray(array)


def expect(file, dataset):
    array = numpy.asarray(dataset[()])
    base = array.dtype
    digest = hashlib.sha256()
    fields = []
    if base.names:
        for name, offset, leaf, axes in leaves(base):
            fields.append(f"{name}:{offset}:{leaf.str}:{'x'.join(map(str, axes))}")
            digest.update(take(array, name).tobytes())
    else:
        digest.update(array.tobytes())
    descr = f"|V{base.itemsize}" if base.names else base.str
    shape = ",".join(map(str, array.shape))
    name = dataset.name[1:]
    lines.append("\t".join((file, name, descr, ";".join(fields), shape, digest.hexdigest()[:16])))


def refuse(file, name, reason):
    lines.append("\t".join((file, name, "refused", reason)))


class Kinds:
    """Datasets in one file."""

    def __init__(self, name, mode="w", **options):
        self.name = name
        self.file = h5py.File(f"{folder}/{name}", mode, **options)

    def add(self, name, data=None, **options):
        return self.file.create_dataset(name, data=data, **options)

    def low(self, name, shape, file_type, data, memory_type=None, plist=None):
        """A dataset of a type, or with properties, that h5py has no words for."""
        space = h5py.h5s.create_simple(shape)
        low = h5py.h5d.create(self.file.id, name.encode(), file_type, space, dcpl=plist)
        if data is not None:
            low.write(h5py.h5s.ALL, h5py.h5s.ALL, data, mtype=memory_type)
        return h5py.Dataset(low)

    def close(self):
        """Reads all of it back first."""
        names = []
        self.file.visititems(
            lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None
        )
        self.file.close()
        with h5py.File(f"{folder}/{self.name}", "r") as file:
            for name in names:
                if name not in self.refused:
                    expect(self.name, file[name])
        for name, reason in self.refused.items():
            refuse(self.name, name, reason)

    refused = {}


def types(kinds):
    group = "types/"
    plain = ["?", "i1", "u1", "<i2", ">i2", "<u4", ">u4", "<i8", ">u8", "<f2", ">f2", "<f4", ">f4"]
    plain += ["<f8", ">f8", "<c8", ">c8", "<c16", ">c16", "g", "G", "S1", "S7", "V3"]
    for dtype in plain:
        dtype = numpy.dtype(dtype)
        kinds.add(group + dtype.str[1:] + ("big" if dtype.str[0] == ">" else ""), numbers((4, 3), dtype))
    dates = numpy.arange(5).astype("M8[s]")
    kinds.add(group + "dates", dates.astype(h5py.opaque_dtype(dates.dtype)))
    point = numpy.dtype([("x", "<f4"), ("y", ">i2"), ("at", [("r", "<f8"), ("i", "<f8")]), ("n", "S3")])
    kinds.add(group + "compound", numbers((5,), point))
    spread = numpy.dtype(
        {"names": ["b", "a"], "formats": ["<i4", ("<u2", (2, 3))], "offsets": [20, 2], "itemsize": 40}
    )
    kinds.add(group + "spread", numbers((6,), spread))
    kinds.add(group + "packed compound", numbers((20,), spread), chunks=(7,), compression="gzip")
    nested = numpy.dtype([("a", [("b", "<c8", (2,)), ("c", "?")], (3,)), ("d", "<f2")])
    kinds.add(group + "nested", numpy.zeros(2, nested))
    kinds.add(group + "complex in it", numbers((3,), [("z", ">c8"), ("w", "<c16")]))
    kinds.add(group + "subarray", shape=(3,), dtype=numpy.dtype(("<i4", (2, 2))))
    enum = h5py.enum_dtype({"RED": 1, "BLUE": 77}, "<i2")
    kinds.add(group + "enum", numpy.array([1, 77, 1], "<i2"), dtype=enum)
    kinds.add(group + "big enum", numpy.array([1, 77, 1], ">u4"), dtype=h5py.enum_dtype({"A": 1}, ">u4"))
    kinds.file["named"] = numpy.dtype("<u2")
    kinds.add(group + "committed", numbers((4,), "u2"), dtype=kinds.file["named"])
    kinds.add(group + "scalar", numpy.float32(3.5))
    kinds.add(group + "scalar struct", numpy.zeros((), point))
    for padding, name in enumerate(("nullterm", "nullpad", "spacepad")):
        text = h5py.h5t.C_S1.copy()
        text.set_size(5)
        text.set_strpad(padding)
        raw = numpy.array([b"ab\0xy", b"abcde", b"a    ", b"  b  "], "S5")
        kinds.low(group + name, (4,), text, raw, text)
        row = h5py.h5t.create(h5py.h5t.COMPOUND, 12)
        row.insert(b"n", 1, h5py.h5t.STD_I32BE)
        row.insert(b"t", 6, text)
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((3,))
        both = numpy.zeros(4, {"names": ["n", "t"], "formats": [">i4", "S5"], "offsets": [1, 6], "itemsize": 12})
        both["n"] = [1, -1, 7, 9]
        both["t"] = raw
        kinds.low(group + name + " in it", (4,), row, both, row, plist)
    for name, dtype in (("STD_B8LE", "u1"), ("STD_B16BE", ">u2"), ("STD_B64LE", "<u8")):
        field = getattr(h5py.h5t, name)
        kinds.low(group + name, (5,), field, numbers((5,), dtype), field)
    for base, precision, offset in (("STD_I32LE", 12, 4), ("STD_U16BE", 9, 0), ("STD_I64BE", 40, 24)):
        few = getattr(h5py.h5t, base).copy()
        few.set_precision(precision)
        few.set_offset(offset)
        values = numbers((3, 5), "i2") - (3 if few.get_sign() else 0)
        kinds.low(f"{group}{base} of {precision}", (3, 5), few, values)
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((2, 4))
        plist.set_filter(h5py.h5z.FILTER_NBIT)
        kinds.low(f"{group}nbit {base}", (3, 5), few, values, plist=plist)


def other_types(kinds):
    kinds.refused = {
        "words": "variable-length strings",
        "lists": "variable-length lists",
        "references": "references to objects",
        "empty": "the dataset was made empty",
        "three": "integers of 24 bits in 3 bytes",
        "in it": "variable-length strings",
        "virtual": "found a virtual one",
        "away": "name it as raw.bin#raw:<i4:4x3:8",
    }
    kinds.add("words", ["a", "bc"], dtype=h5py.string_dtype())
    kinds.add("lists", shape=(2,), dtype=h5py.vlen_dtype("i4"))
    kinds.add("references", shape=(2,), dtype=h5py.ref_dtype)
    kinds.add("in it", shape=(2,), dtype=[("a", "i4"), ("b", h5py.string_dtype())])
    kinds.file["empty"] = h5py.Empty("f4")
    three = h5py.h5t.STD_I32LE.copy()
    three.set_size(3)
    kinds.low("three", (2,), three, None)
    kinds.low("no tag", (3,), h5py.h5t.create(h5py.h5t.OPAQUE, 4), None)
    kinds.low("time", (3,), h5py.h5t.STD_I64LE, None)
    sources = h5py.VirtualLayout((2, 3), "i4")
    sources[0] = h5py.VirtualSource("elsewhere.h5", "x", (3,))
    kinds.file.create_virtual_dataset("virtual", sources)
    kinds.add("away", shape=(4, 3), dtype="<i4", external=[("raw.bin", 8, 48)])
    long = kinds.add("long", shape=(2**33, 2), dtype="u1", chunks=(2**20, 1), compression="gzip")
    kinds.refused["long"] = "chunked or compressed"  # h5py has no memory for it.
    long[2**32, 1] = 1
    kinds.add("healthy", numbers((3, 3), "<f8"))


def layouts(kinds):
    data = numbers((7, 5), "<i4")
    for time, name in enumerate(("early", "late", "incremental"), 1):
        for layout in ("contiguous", "chunked"):
            plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            if layout == "chunked":
                plist.set_chunk((3, 2))
            elif time == 3:
                continue
            plist.set_alloc_time(time)
            for written in (True, False):
                plist.set_fill_value(numpy.array(-7, "<i4"))
                kinds.low(
                    f"{name} {layout} {written}", (7, 5), h5py.h5t.STD_I32LE, data if written else None, plist=plist
                )
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    kinds.low("compact", (7, 5), h5py.h5t.STD_I32LE, data, plist=plist)
    kinds.low("compact empty", (0,), h5py.h5t.STD_I32LE, None, plist=plist)
    for name, options in (("", {}), (" chunked", {"maxshape": (None,), "chunks": (4,)})):
        kinds.add("none" + name, shape=(0,), dtype="<f4", **options)
    none = kinds.add("none of rows", shape=(0, 4), dtype="<f4", maxshape=(None, 4))
    shrunk = kinds.add("shrunk", numbers((20, 6), "<u2"), chunks=(4, 4), maxshape=(None, None))
    shrunk.resize((9, 5))
    grown = kinds.add("grown", numbers((9,), "<u2"), chunks=(4,), maxshape=(None,), fillvalue=9)
    grown.resize((31,))
    again = kinds.add("shrunk and grown", numbers((20,), "<u2"), chunks=(4,), maxshape=(99,), fillvalue=3)
    again.resize((5,))
    again.resize((19,))
    sparse = kinds.add("sparse", shape=(1000, 8), dtype="i4", chunks=(100, 8), fillvalue=-1)
    sparse[:250] = 5
    fields = numpy.array((3, b"xy"), [("a", ">i2"), ("b", "S2")])
    kinds.add("sparse fields", shape=(9,), dtype=fields.dtype, chunks=(4,), fillvalue=fields)[5] = (1, b"z")
    kinds.add("unwritten", shape=(4, 2), dtype="<f4", fillvalue=0.5)
    kinds.add("unwritten chunks", shape=(4, 2), dtype="<f4", fillvalue=0.5, chunks=(2, 2), compression="gzip")


def chunks(kinds):
    """All kinds of indexes, and all filters, with chunks over the edges."""
    shapes = [((13,), (5,)), ((7, 11), (3, 4)), ((5, 4, 9), (2, 4, 5))]
    for shape, chunk in shapes:
        axes = len(shape)
        limits = {"fixed": None, "roomy": tuple(2 * size + 1 for size in shape)}
        limits["first"] = (None,) + shape[1:]
        limits["last"] = shape[:-1] + (None,)
        limits["all"] = (None,) * axes
        for limit, maxshape in limits.items():
            for packing, options in (("", {}), ("gzip", {"compression": "gzip"})):
                name = f"chunks/{axes} {limit} {packing}"
                kinds.add(name, numbers(shape, "<i2"), chunks=chunk, maxshape=maxshape, **options)
                part = kinds.add(
                    name + " sparse", shape=shape, dtype="<i2", chunks=chunk, maxshape=maxshape, fillvalue=4, **options
                )
                part[shape[0] // 2] = 99
    kinds.add("chunks/single", numbers((6, 4), ">f4"), chunks=(6, 4))
    kinds.add("chunks/single gzip", numbers((6, 4), ">f4"), chunks=(6, 4), compression="gzip", shuffle=True)
    kinds.add("chunks/single larger", numbers((6, 4), ">f4"), chunks=(10, 9), maxshape=(20, 20), fletcher32=True)
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((3, 4))
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    kinds.low("chunks/implicit", (7, 10), h5py.h5t.STD_I16LE, numbers((7, 10), "<i2"), plist=plist)


def filters(kinds):
    shape, chunk = (50, 7), (16, 4)
    for dtype in ("u1", "<i2", ">f8") if is_small else ("u1", "<i2", ">i4", "<u8", "<f4", ">f8", "<f2"):
        data = numbers(shape, dtype)
        for name, options in {
            "gzip": {"compression": "gzip", "compression_opts": 9},
            "shuffle": {"shuffle": True},
            "shuffle gzip": {"compression": "gzip", "shuffle": True},
            "fletcher32": {"fletcher32": True},
            "fletcher32 gzip shuffle": {"fletcher32": True, "compression": "gzip", "shuffle": True},
            "lzf": {"compression": "lzf"},
            "lzf shuffle fletcher32": {"compression": "lzf", "shuffle": True, "fletcher32": True},
            "szip nn": {"compression": "szip", "compression_opts": ("nn", 8)},
            "szip ec": {"compression": "szip", "compression_opts": ("ec", 16)},
            "scaleoffset": {"scaleoffset": 3 if numpy.dtype(dtype).kind == "f" else True},
            "scaleoffset gzip": {"scaleoffset": 2 if numpy.dtype(dtype).kind == "f" else 0, "compression": "gzip"},
        }.items():
            if "scaleoffset" in name and dtype == "<f2":
                continue
            kinds.add(f"filters/{dtype} {name}", data, chunks=chunk, **options)
    for bits in (8, 10, 16):
        data = rng.randint(0, 2**bits, shape).astype("<u4")
        kinds.add(f"filters/scaleoffset of {bits}", data, chunks=chunk, scaleoffset=bits)
    filled = kinds.add("filters/scaleoffset filled", shape=shape, dtype="<i4", chunks=chunk, scaleoffset=0, fillvalue=-5)
    filled[3:20] = numbers((17, 7), "<i4")
    noise = numpy.frombuffer(rng.bytes(2048), "u1")
    kinds.add("filters/noise lzf", noise, chunks=(512,), compression="lzf", fletcher32=True)
    kinds.add("filters/noise gzip", noise, chunks=(512,), compression="gzip")
    kinds.add("filters/zeros szip", numpy.zeros((300, 60), "<u2"), chunks=(100, 60), compression="szip")
    kinds.add("filters/noise szip", noise, chunks=(512,), compression="szip")
    skewed = rng.geometric(0.05, (60, 90)).astype("<u2")
    kinds.add("filters/skewed szip", skewed, chunks=(30, 90), compression="szip", compression_opts=("nn", 32))
    masked = kinds.add("filters/masked", shape=(12,), dtype="<i4", chunks=(4,), compression="gzip", shuffle=True)
    import zlib

    values = numbers((4,), "<i4")
    masked.id.write_direct_chunk((0,), zlib.compress(values.tobytes()), filter_mask=1)
    masked.id.write_direct_chunk((4,), values.tobytes(), filter_mask=3)
    masked[8:] = values
    row = numpy.dtype([("a", "<i4"), ("b", "<f8", (3,)), ("c", "S3")])
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((5,))
    plist.set_filter(h5py.h5z.FILTER_NBIT)
    kinds.low("filters/nbit fields", (12,), h5py.h5t.py_create(row, logical=True), numbers((12,), row), plist=plist)
    kinds.low("filters/nbit floats", (12,), h5py.h5t.IEEE_F32BE, numbers((12,), ">f4"), plist=plist)
    kinds.low("filters/nbit text", (12,), h5py.h5t.py_create(numpy.dtype("S4")), numbers((12,), "S4"), plist=plist)


def many_chunks(kinds):
    data = numbers((100, 300), "u1")
    for limit, maxshape in {"fixed": None, "one": (100, None), "first": (None, 300), "all": (None, None)}.items():
        for packing, options in (("", {}), ("gzip", {"compression": "gzip", "compression_opts": 1})):
            kinds.add(f"many {limit} {packing}", data, chunks=(5, 3), maxshape=maxshape, **options)
            part = kinds.add(
                f"many {limit} {packing} sparse", shape=(400, 300), dtype="u1", chunks=(2, 3),
                maxshape=maxshape and (400 if maxshape[0] else None, maxshape[1]), fillvalue=8, **options
            )
            part[:3] = 1
            part[111] = 2
            part[399] = 3
    line = kinds.add("line", shape=(30000,), dtype="u1", chunks=(1,), maxshape=(None,))
    line[:] = numbers((30000,), "u1")


def groups(kinds):
    file = kinds.file
    for count, name in ((3, "few"), (40, "many")):
        for tracked in (False, True):
            group = file.create_group(f"{name} {tracked}", track_order=tracked)
            for i in reversed(range(count)):
                group[f"zażółć gęślą {i}"] = numpy.int32(i)
    deep = file
    for level in range(100):
        deep = deep.create_group("d")
    deep["bottom"] = numbers((2,), "<i4")
    named = file.create_group("links")
    named["hard"] = file["few True/zażółć gęślą 1"]
    named["soft"] = h5py.SoftLink("/few True/zażółć gęślą 2")
    named["relative"] = h5py.SoftLink("hard")
    named["dangling"] = h5py.SoftLink("/nowhere")
    named["outside"] = h5py.ExternalLink("other.h5", "/x/y")
    named["round"] = h5py.SoftLink("round")
    named["up"] = file["/"]
    with_attributes = named.create_dataset("attributes", data=numpy.int8(1))
    for i in range(20):
        with_attributes.attrs[f"a{i}"] = ["text", "of any length"] if i % 2 else numpy.zeros(3, "c16")


for libver in ("earliest", "latest"):
    for part in (types, other_types, layouts, chunks, filters, groups):
        if is_small and part is other_types and libver == "latest":
            continue
        name = f"{part.__name__.replace('_', '-')}-{libver}.h5"
        kinds = Kinds(name, libver=libver)
        part(kinds)
        kinds.close()
    if not is_small:
        kinds = Kinds(f"many-{libver}.h5", libver=libver)
        many_chunks(kinds)
        kinds.close()

kinds = Kinds("userblock.h5", userblock_size=1024)
kinds.add("x", numbers((3, 4), "<f4"))
kinds.add("packed", numbers((30, 4), "<f4"), chunks=(7, 3), compression="gzip")
kinds.close()
with open(f"{folder}/userblock.h5", "r+b") as file:
    file.write(b"MATLAB 7.3 MAT-file")

if not is_small:
    kinds = Kinds("paged.h5", libver="latest", fs_strategy="page", fs_page_size=4096)
    filters(kinds)
    kinds.close()
    kinds = Kinds("swmr.h5", libver="latest")
    growing = kinds.add("x", shape=(0, 3), dtype="<i4", chunks=(10, 3), maxshape=(None, 3))
    kinds.file.swmr_mode = True
    growing.resize((45, 3))
    growing[:] = numbers((45, 3), "<i4")
    growing.flush()
    kinds.close()
    with h5py.File(f"{folder}/links-latest.h5", "w", libver="latest") as file:
        file["x"] = numpy.int8(7)
        for i in range(70_000):
            file[f"link with a rather long name, number {i}"] = file["x"]
    with h5py.File(f"{folder}/links-outside.h5", "w") as file:
        file["a"] = h5py.ExternalLink("crowd.h5", "/g")
        file["b"] = h5py.SoftLink("/c")
    kinds = Kinds("crowd.h5")
    group = kinds.file.create_group("g")
    for i in range(3000):
        group[f"dataset with a rather long name, number {i}"] = numpy.int16(i)
    kinds.close()


def plugins(kinds):
    """Filters that HDF5 loads, from HDF5_PLUGIN_PATH; Debian's hdf5-filter-plugin and bitshuffle."""
    for dtype in ("u1", "<i2", ">f8"):
        for shape, chunk in (((50, 7), (16, 4)), ((3000,), (2001,))):
            data = numbers(shape, dtype)
            for name, number, values in (
                ("lz4", 32004, (0,)),
                ("lz4 blocks", 32004, (1000,)),
                ("bitshuffle", 32008, (0, 0)),
                ("bitshuffle lz4", 32008, (0, 2)),
                ("bitshuffle lz4 blocks", 32008, (128, 2)),
            ):
                kinds.add(f"{name} {dtype} {len(data)}", data, chunks=chunk, compression=number, compression_opts=values)
    noise = numpy.frombuffer(rng.bytes(2000), "u1")
    kinds.add("lz4 noise", noise, chunks=(1500,), compression=32004, compression_opts=(512,))
    kinds.refused = {"bzip2": "bzip2 (307)"}
    kinds.add("bzip2", noise, chunks=(1500,), compression=307, compression_opts=(9,))


if all(h5py.h5z.filter_avail(number) for number in (307, 32004, 32008)):
    kinds = Kinds("plugins.h5", libver="latest")
    plugins(kinds)
    kinds.close()
else:
    print("no plugins: plugins.h5 is left out", file=sys.stderr)


def library():
    """HDF5 itself, for what h5py has no words for."""
    with open("/proc/self/maps") as maps:
        names = {line.split()[-1] for line in maps if "libhdf5" in line and "_hl" not in line}
    hdf5 = ctypes.CDLL(min(names, key=len))
    number, bits = ctypes.c_int64, ctypes.c_uint
    hdf5.H5Pset_chunk_opts.argtypes = [number, bits]
    hdf5.H5Pset_shared_mesg_nindexes.argtypes = [number, bits]
    hdf5.H5Pset_shared_mesg_index.argtypes = [number, bits, bits, bits]
    return hdf5


kinds = Kinds("edges.h5", libver="latest")
plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
plist.set_chunk((3, 4))
plist.set_deflate(4)
assert library().H5Pset_chunk_opts(plist.id, 2) == 0
for name, limits in (("fixed", None), ("one", (None, 10)), ("all", (None, None))):
    limits = limits and tuple(h5py.h5s.UNLIMITED if limit is None else limit for limit in limits)
    space = h5py.h5s.create_simple((7, 10), limits)
    low = h5py.h5d.create(kinds.file.id, name.encode(), h5py.h5t.STD_I16LE, space, dcpl=plist)
    low.write(h5py.h5s.ALL, h5py.h5s.ALL, numbers((7, 10), "<i2"))
kinds.close()

for libver in ("earliest", "latest"):
    plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    assert library().H5Pset_shared_mesg_nindexes(plist.id, 2) == 0
    assert library().H5Pset_shared_mesg_index(plist.id, 0, 0x1 | 0x2 | 0x8, 10) == 0
    assert library().H5Pset_shared_mesg_index(plist.id, 1, 0x4 | 0x10, 10) == 0
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    if libver == "latest":
        access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    name = f"shared-{libver}.h5"
    h5py.h5f.create(f"{folder}/{name}".encode(), h5py.h5f.ACC_TRUNC, plist, access).close()
    kinds = Kinds(name, mode="r+")
    row = numpy.dtype([("a", "<i4"), ("b", ">f8", (3,))])
    for i in range(5):
        kinds.add(f"x{i}", numbers((4, 5), row), chunks=(2, 3), compression="gzip", fillvalue=numbers((), row))
        kinds.add(f"y{i}", numbers((3, 4), "<c8"))
    kinds.close()

for libver in ("earliest", "latest"):
    for driver, options, name in (("family", {"memb_size": 4096}, "-%05d.h5"), ("split", {"meta_ext": b".h5", "raw_ext": b".raw"}, "")):
        file = h5py.File(f"{folder}/{driver}-{libver}{name}", "w", driver=driver, libver=libver, **options)
        file["x"] = numpy.arange(3000, dtype="i4")
        file.close()
        first = f"{driver}-{libver}" + ("-00000.h5" if driver == "family" else ".h5")
        refuse(first, "", "NCSAfami" if driver == "family" else "NCSAmult")

if not is_small:
    print("\n".join(lines))
else:
    with zipfile.ZipFile(f"{folder}/kinds.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(os.listdir(folder)):
            if name.endswith(".h5") and not name.endswith(("1.h5", "2.h5", "3.h5")):
                archive.writestr(zipfile.ZipInfo(name), open(f"{folder}/{name}", "rb").read(), zipfile.ZIP_DEFLATED, 9)
        archive.writestr(zipfile.ZipInfo("kinds.tsv"), "\n".join(lines), zipfile.ZIP_DEFLATED, 9)
