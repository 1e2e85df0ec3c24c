"""Writes folders of MDS shards, after the description of the format, with the standard library.

A shard: uint32 count, uint32 offsets of the samples and of their end, JSON, samples. A sample:
uint32 sizes of the columns without a fixed size, then the values of all columns. Columns are in
the order of their names.
"""
import hashlib
import json
import os
import pickle
import random
import struct
import sys


def shard(columns, samples):
    names = sorted(columns)
    sizes = [columns[name][1] for name in names]
    config = json.dumps({
        "version": 2, "format": "mds", "compression": None, "hashes": ["sha1"],
        "size_limit": 1 << 26, "column_names": names,
        "column_encodings": [columns[name][0] for name in names], "column_sizes": sizes,
    }, sort_keys=True).encode()
    bodies = []
    for sample in samples:
        values = [sample[name] for name in names]
        head = [len(value) for value, size in zip(values, sizes) if size is None]
        bodies.append(struct.pack("<%dI" % len(head), *head) + b"".join(values))
    at = 4 + 4 * (len(bodies) + 1) + len(config)
    offsets = [at]
    for body in bodies:
        at += len(body)
        offsets.append(at)
    head = struct.pack("<%dI" % (len(offsets) + 1), len(bodies), *offsets)
    return head + config + b"".join(bodies)


def folder(path, columns, samples, shard_samples):
    os.mkdir(path)
    names = sorted(columns)
    shards = []
    for first in range(0, len(samples), shard_samples):
        some = samples[first:first + shard_samples]
        raw = shard(columns, some)
        name = "shard.%05d.mds" % len(shards)
        with open(os.path.join(path, name), "wb") as file:
            file.write(raw)
        shards.append({
            "column_encodings": [columns[name][0] for name in names], "column_names": names,
            "column_sizes": [columns[name][1] for name in names], "compression": None,
            "format": "mds", "hashes": ["sha1"], "samples": len(some), "size_limit": 1 << 26,
            "raw_data": {"basename": name, "bytes": len(raw),
                         "hashes": {"sha1": hashlib.sha1(raw).hexdigest()}},
            "version": 2, "zip_data": None,
        })
    with open(os.path.join(path, "index.json"), "w") as file:
        json.dump({"shards": shards, "version": 2}, file, sort_keys=True)


rng = random.Random(7)
target = sys.argv[1]
scalars = {"int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I",
           "int64": "q", "uint64": "Q", "float16": "e", "float32": "f", "float64": "d", "int": "q"}

# Every encoding.
columns = {"c_" + name: (name, struct.calcsize("<" + code)) for name, code in scalars.items()}
columns["array"] = ("ndarray:int16:3,4", 24)
columns["small"] = ("ndarray:uint8:2", 2)
for name in ("bytes", "str", "json", "jpeg", "png", "pil", "pkl", "str_int", "str_float",
             "str_decimal", "ndarray", "ndarray:float32", "list[jpeg]", "jpeg_array"):
    columns["v_" + name.replace(":", "_")] = (name, None)
samples = []
for i in range(3000):
    sample = {}
    for name, code in scalars.items():
        value = i / 8 if name.startswith("float") else i % 100
        sample["c_" + name] = struct.pack("<" + code, value)
    sample["array"] = struct.pack("<12h", *range(i, i + 12))
    sample["small"] = bytes([i % 256, i % 7])
    for name, (_, size) in columns.items():
        if size is None:
            sample[name] = rng.randbytes(rng.randrange(0, 60))
    sample["v_str"] = ("s\u00e4mple %d" % i).encode()
    sample["v_json"] = json.dumps({"number": i}).encode()
    sample["v_pkl"] = pickle.dumps([i, "text"])
    sample["v_str_int"] = str(i ** 5).encode()
    sample["v_jpeg"] = b"\xff\xd8" + rng.randbytes(rng.randrange(0, 5000))
    samples.append(sample)
folder(os.path.join(target, "all"), columns, samples, 800)

# Samples of one size.
columns = {"label": ("int", 8), "tokens": ("ndarray:uint16:64", 128)}
samples = [{"label": struct.pack("<q", i), "tokens": rng.randbytes(128)} for i in range(5000)]
folder(os.path.join(target, "even"), columns, samples, 1500)

# A million samples.
columns = {"id": ("int", 8), "text": ("str", None)}
text = b"abcdefghijklmnopqrstuvwxyz"
samples = [{"id": struct.pack("<q", i), "text": text[i % 11:i % 23]} for i in range(1000003)]
folder(os.path.join(target, "million"), columns, samples, 260000)
