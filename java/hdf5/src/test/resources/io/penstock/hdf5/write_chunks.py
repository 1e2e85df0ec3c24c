"""Writes datasets in chunks without filters with h5py.

    write_chunks.py FOLDER whole|refused|many|far

whole: NAME.h5 with a dataset x, and NAME.npy with the same values, for each kind of index of chunks
and several shapes; chunks are written in any order, so that they lie in the file in that order.
refused: refused.h5 with datasets that cannot be read in place. many: 100,000 chunks.
far: far.h5 and far.npy, behind a hole of 5 GiB.
"""

import sys

import h5py
import numpy

folder, what = sys.argv[1:]
rng = numpy.random.RandomState(7)


def numbers(shape, dtype):
    dtype = numpy.dtype(dtype)
    return numpy.frombuffer(rng.bytes(int(numpy.prod(shape)) * dtype.itemsize), dtype).reshape(shape)


def whole(name, array, chunks, libver, maxshape=None, early=False, shape=None, track=True):
    shape = array.shape
    with h5py.File(f"{folder}/{name}.h5", "w", libver=libver, userblock_size=512 if "block" in name else 0) as file:
        if early:
            plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
            plist.set_chunk(chunks)
            plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
            space = h5py.h5s.create_simple(shape)
            x = h5py.Dataset(h5py.h5d.create(file.id, b"x", h5py.h5t.py_create(array.dtype), space, dcpl=plist))
        else:
            x = file.create_dataset("x", shape, array.dtype, chunks=chunks, maxshape=maxshape)
        starts = list(range(0, shape[0], chunks[0]))
        rng.shuffle(starts)
        for i, start in enumerate(starts):
            x[start : start + chunks[0]] = array[start : start + chunks[0]]
            file.flush()  # So that chunks get their places in this order.
            if i % 3 == 0:
                file[f"between {i}"] = numpy.arange(i + 1)
    numpy.save(f"{folder}/{name}.npy", array)


if what == "whole":
    row = numpy.dtype([("a", "<i4"), ("b", ">f8", (3,))])
    for libver in ("earliest", "latest"):
        for kind, limits in (
            ("fixed", lambda shape: None),
            ("first", lambda shape: (None,) + shape[1:]),
            ("all", lambda shape: (None,) * len(shape)),
        ):
            for shape, chunks, dtype in (((101,), (7,), "<i2"), ((50, 3, 4), (1, 3, 4), ">f4"), ((30, 5), (4, 5), "u1")):
                name = f"{libver}-{kind}-{len(shape)}"
                whole(name, numbers(shape, dtype), chunks, libver, limits(shape))
        whole(f"{libver}-single", numbers((6, 4), "<f8"), (6, 4), libver)
        whole(f"{libver}-larger", numbers((6, 4), "<f8"), (10, 9), libver, (20, 20))
        whole(f"{libver}-implicit", numbers((20, 4), "<i8"), (3, 4), libver, early=True)
        whole(f"{libver}-fields", numbers((20,), row), (3,), libver, (None,))
        whole(f"{libver}-block", numbers((2000, 2), "u1"), (2, 2), libver, (None, 2))

if what == "refused":
    with h5py.File(f"{folder}/refused.h5", "w") as file:
        file.create_dataset("cut", data=numbers((10, 5, 4), "u1"), chunks=(3, 2, 2))
        file.create_dataset("holes", (10, 4), "u1", chunks=(2, 4))[:5] = 1
        file.create_dataset("empty", (10, 4), "u1", chunks=(2, 4))
        file.create_dataset("large", (2**30, 2), "u1", chunks=(1, 2))[7] = 1
        file.create_dataset("wide", data=numbers((4, 3, 5), "u1"), chunks=(2, 3, 8), maxshape=(None, None, None))
        file.create_dataset("gzip", data=numbers((4, 3), "u1"), chunks=(2, 3), compression="gzip")

if what == "many":
    for libver in ("earliest", "latest"):
        array = numbers((100_000, 8), "u1")
        with h5py.File(f"{folder}/many-{libver}.h5", "w", libver=libver) as file:
            x = file.create_dataset("x", array.shape, "u1", chunks=(1, 8), maxshape=(None, 8))
            x[1::2] = array[1::2]  # So that no chunk lies behind the one before it.
            file.flush()
            x[::2] = array[::2]
        numpy.save(f"{folder}/many-{libver}.npy", array)

if what == "far":
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    array = numbers((40, 3), "<i4")
    with h5py.File(f"{folder}/far.h5", "w") as file:
        h5py.h5d.create(file.id, b"hole", h5py.h5t.NATIVE_UINT8, h5py.h5s.create_simple((5 << 30,)), dcpl=plist)
        file.create_dataset("x", data=array, chunks=(4, 3))
    numpy.save(f"{folder}/far.npy", array)
