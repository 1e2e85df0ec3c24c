"""Writes arrays with Debian's python3-zarr, and beside each NAME.zarr what is in it as NAME.npy.

    python3 write_zarr.py FOLDER
"""

import os
import sys

import numcodecs
import numpy
import zarr

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
random = numpy.random.default_rng(20)


def smooth(shape, dtype):
    """Numbers that compressors have something to do with."""
    count = int(numpy.prod(shape))
    numbers = (numpy.arange(count) // 3 % 97 + random.integers(0, 3, count)).reshape(shape)
    return numbers.astype(dtype)


def write(name, array, chunks, part=None, **options):
    """Writes an array, or of it only a part: the rest is the fill value."""
    path = os.path.join(folder, name)
    store = zarr.NestedDirectoryStore(path + ".zarr") if options.pop("nested", False) else zarr.DirectoryStore(path + ".zarr")
    made = zarr.create(array.shape, chunks=chunks, dtype=array.dtype, store=store, overwrite=True, **options)
    if part is None:
        made[...] = array
    else:
        made[part] = array[part]
    numpy.save(path + ".npy", numpy.ascontiguousarray(made[...]))


for dtype in "b1 i1 u1 <i2 >i2 <u2 <i4 >i4 <u4 <i8 >i8 <u8 <f2 <f4 >f4 <f8 >f8 <c8 >c16 <M8[ns] >m8[s] S5 <U4 >U3".split():
    plain = smooth((31, 7), "i4")
    array = plain.astype("i8").astype(dtype) if dtype[1:2] in "Mm" else plain.astype(dtype)
    write("type-" + dtype.replace("<", "little-").replace(">", "big-").replace("[", "-").replace("]", ""), array, (8, 3))
write("type-V3", smooth((31, 3), "u1").view("V3").reshape(31), (8,), fill_value=None)

codecs = {"none": None, "zlib": numcodecs.Zlib(), "gzip": numcodecs.GZip(), "zstd": numcodecs.Zstd(), "lz4": numcodecs.LZ4()}
for cname in ("blosclz", "lz4", "lz4hc", "zlib", "zstd"):
    for shuffle in (0, 1, 2):
        codecs[f"blosc-{cname}-{shuffle}"] = numcodecs.Blosc(cname, 5, shuffle)
codecs["blosc-small-blocks"] = numcodecs.Blosc("lz4", 5, 1, blocksize=4096)
codecs["blosc-bits-small-blocks"] = numcodecs.Blosc("blosclz", 9, 2, blocksize=2048)
codecs["blosc-stored"] = numcodecs.Blosc("lz4", 0, 1)
for name, codec in codecs.items():
    write("codec-" + name, smooth((300, 21), "<u2"), (150, 13), compressor=codec)
noise = random.integers(0, 1 << 62, (40, 50), "i8")
write("noise-blosc", noise, (17, 50), compressor=numcodecs.Blosc("lz4", 5, 1))
write("noise-blosclz", noise, (17, 50), compressor=numcodecs.Blosc("blosclz", 9, 2))
write("noise-zstd", noise, (17, 50), compressor=numcodecs.Zstd())
runs = numpy.repeat(smooth(40, "u1"), 997).reshape(40, 997)
write("runs-blosclz", runs, (40, 500), compressor=numcodecs.Blosc("blosclz", 9, 0))

write("axes-1", smooth((1000,), "<f4"), (64,))
write("axes-1-one-chunk", smooth((10,), "<f4"), (64,))
write("axes-3", smooth((9, 8, 7), "<f4"), (4, 3, 5))
write("axes-4", smooth((5, 4, 3, 6), "<i4"), (2, 4, 2, 4))
write("fortran-1", smooth((100,), "<i4"), (30,), order="F")
write("fortran-2", smooth((31, 7), "<i4"), (8, 3), order="F")
write("fortran-3", smooth((9, 8, 7), ">i2"), (4, 3, 5), order="F")
write("nested", smooth((9, 8, 7), "<i4"), (4, 3, 5), nested=True)
write("empty", smooth((0, 7), "<i4"), (8, 3))
half = (slice(0, 13), slice(2, 5))
for name, dtype, fill in (
    ("number", "<i4", -7), ("nan", "<f4", float("nan")), ("infinite", "<f8", float("-inf")),
    ("true", "b1", True), ("complex", "<c8", 1.5 - 2j), ("big", ">u8", (1 << 64) - 3), ("small", ">i2", -2),
    ("half", "<f2", 0.333), ("bytes", "S5", b"ab"), ("text", "<U4", "x\u00e9"), ("big-text", ">U4", "yz"), ("time", "<M8[ns]", 86400)):
    array = smooth((31, 7), "i4").astype("i8").astype(dtype)
    write("fill-" + name, array, (8, 3), half, fill_value=fill)

group = zarr.open_group(zarr.DirectoryStore(os.path.join(folder, "group.zarr")), mode="w")
inner = group.create_group("train")
for name, source in (("images", smooth((12, 5, 4), "u1")), ("labels", smooth((12,), "<i8"))):
    inner.array(name, source, chunks=(5,) + source.shape[1:])
    numpy.save(os.path.join(folder, f"group.{name}.npy"), source)
