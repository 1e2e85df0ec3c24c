"""A second reader of MDS folders, with NumPy on whole shards, that knows nothing of the writer.

For each column it writes NAME.sizes, int64, and NAME.bin, all values one after another.
"""
import json
import os
import sys

try:
    import numpy as np
except ImportError as problem:
    print(problem)
    sys.exit(77)

source, target = sys.argv[1:3]
os.makedirs(target)
with open(os.path.join(source, "index.json")) as file:
    index = json.load(file)
files = {}
for listed in index["shards"]:
    data = np.fromfile(os.path.join(source, listed["raw_data"]["basename"]), np.uint8)
    assert data.size == listed["raw_data"]["bytes"]
    count = int(data[:4].view("<u4")[0])
    assert count == listed["samples"]
    bounds = data[4:4 + 4 * (count + 1)].view("<u4").astype(np.int64)
    config = json.loads(data[4 + 4 * (count + 1):bounds[0]].tobytes())
    at = bounds[:-1].copy()
    sizes = []
    for size in config["column_sizes"]:
        if size is None:
            head = data[at[:, None] + np.arange(4)]
            sizes.append(np.ascontiguousarray(head).view("<u4")[:, 0].astype(np.int64))
            at += 4
        else:
            sizes.append(np.full(count, size, np.int64))
    for name, size in zip(config["column_names"], sizes):
        # Where each byte of the column lies: its place in the value, plus where that begins.
        ends = np.cumsum(size)
        places = np.arange(ends[-1]) - np.repeat(ends - size, size) + np.repeat(at, size)
        for ending, content in ((".sizes", size), (".bin", data[places])):
            if name + ending not in files:
                files[name + ending] = open(os.path.join(target, name + ending), "wb")
            files[name + ending].write(content.tobytes())
        at += size
    assert (at == bounds[1:]).all()
for file in files.values():
    file.close()
