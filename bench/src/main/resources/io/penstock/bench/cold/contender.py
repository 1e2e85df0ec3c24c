"""Contenders that run in Python: NumPy over a mapped file, a PyTorch DataLoader, and a tar.

Speaks with the harness over stdin and stdout as ChildMain.java does: warm / open / ready / go /
done. It must not know what is in the records: it adds up what it read, as Digest.java does, and
the harness compares.
"""

import gc
import itertools
import json
import mmap
import random
import subprocess
import sys
import tarfile
import time

import numpy as np

WHOLE_RECORD_PERIOD = 64
# Of the file below tarfile: half of the processor time of Python's usual 8 KiB.
TAR_FILE_BYTES = 1 << 20
# Of tarfile, which copies what is left of its buffer for each header: 1 MiB costs 20 times as much.
TAR_BLOCK_BYTES = 64 << 10
# Records in the shuffle buffer before the first is drawn: webdataset's default.
TAR_INITIAL_RECORDS = 100
# Records gathered by one call of NumPy from cold files, where one takes long: the clock is looked
# at in between. Its own cost, 2 us a call, vanishes beside 8 page faults.
COLD_PIECE = 8


def folded(words):
    return words ^ (words >> np.uint64(32))


class Sink:
    """Adds delivered batches to the digest and tells when to stop.

    A record counts by its place in what was delivered; where the contender has an order of its
    own, by its first word, the index: then only all of an epoch can be compared with anything.
    """

    def __init__(self, seconds, has_own_order=False):
        self.has_own_order = has_own_order
        self.position = 0
        self.digest = np.uint64(0)
        self.first = None
        self.last = 0.0
        self.start = time.monotonic()
        self.seconds = seconds

    def accept(self, batch):
        """batch: uint8, one record a row. Returns whether to go on."""
        words = batch.view("<u8")
        first = words[:, 0]
        chosen = words[np.arange(len(words)), first % np.uint64(words.shape[1])]
        return self.add(first, words[:, -1], chosen, np.uint64(batch.shape[1]), words)

    def accept_variable(self, values, offsets):
        """values: uint8, one record after another; offsets: where each begins, the last ends."""
        words = values[: offsets[-1]].view("<u8")
        places = offsets // 8
        lengths = np.diff(places).astype(np.uint64)
        first = words[places[:-1]]
        chosen = words[places[:-1] + (first % lengths).astype(np.int64)]
        records = [words[a:b] for a, b in zip(places[:-1], places[1:])]
        return self.add(first, words[places[1:] - 1], chosen, lengths * np.uint64(8), records)

    def add(self, first, last, chosen, lengths, records):
        count = len(first)
        positions = np.arange(self.position, self.position + count, dtype=np.uint64)
        keys = first if self.has_own_order else positions
        weights = keys * np.uint64(2) + np.uint64(1)
        sums = first + folded(last) * np.uint64(3) + folded(chosen) * np.uint64(5)
        sums += lengths * np.uint64(11)
        for row in np.nonzero(keys % np.uint64(WHOLE_RECORD_PERIOD) == 0)[0]:
            sums[row] += folded(records[row]).sum(dtype=np.uint64) * np.uint64(7)
        # Arrays wrap silently, scalars warn.
        total = np.array([self.digest, (weights * sums).sum(dtype=np.uint64)], dtype=np.uint64)
        self.digest = total.sum(dtype=np.uint64)
        self.position += count
        return self.tick()

    def tick(self):
        self.last = time.monotonic() - self.start
        if self.first is None:
            self.first = self.last
        return self.last < self.seconds


def advise(array, advice):
    """madvise over the whole mapping behind a memmap."""
    if advice == "random":
        array._mmap.madvise(mmap.MADV_RANDOM)


def numpy_reading(job):
    """Gathers rows of np.load(mmap_mode='r') into one preallocated batch."""
    array = np.load(job["file"], mmap_mode="r")
    advise(array, job["advice"])
    order = load_order(job)
    size = int(job["batchSize"])
    is_read_first = job.get("catFirst") == "true"
    piece = COLD_PIECE if job["isCold"] == "true" and not is_read_first else size
    batch = np.empty((size, array.shape[1]), np.uint8)

    def run(sink):
        if is_read_first:
            subprocess.run(["cat", job["file"]], stdout=subprocess.DEVNULL, check=True)
        for start in range(0, len(order), size):
            count = min(size, len(order) - start)
            done = 0
            while done < count:
                end = min(done + piece, count)
                rows = order[start + done : start + end]
                # mode="clip" is what lets NumPy write to `out` without a buffer in between.
                np.take(array, rows, axis=0, out=batch[done:end], mode="clip")
                done = end
                if not sink.tick():
                    break
            if not sink.accept(batch[:done]):
                return

    return run


class VariableRecords:
    """Records of different sizes: all their bytes, mapped, and where each begins, in memory."""

    def __init__(self, path, offsets_path, advice):
        self.mapped = np.load(path, mmap_mode="r")
        advise(self.mapped, advice)
        # Slices of a plain array cost a tenth of those of a memmap.
        self.values = np.asarray(self.mapped)
        self.offsets = np.load(offsets_path)

    def lay_out(self, rows):
        """Where these records begin, and offsets for the batch that they make."""
        begins = self.offsets[rows]
        offsets = np.zeros(len(rows) + 1, np.int64)
        np.cumsum(self.offsets[rows + 1] - begins, out=offsets[1:])
        return begins.tolist(), offsets

    def copy(self, begins, offsets, out, first, last):
        """Copies records first to last of a batch that was laid out; offsets: a list."""
        values = self.values
        for i in range(first, last):
            a, b = offsets[i], offsets[i + 1]
            out[a:b] = values[begins[i] : begins[i] + b - a]


def variable_reading(job):
    """Slices of np.load(mmap_mode='r') over offsets, into one batch that grows as needed."""
    records = VariableRecords(job["file"], job["offsetsFile"], job["advice"])
    order = load_order(job)
    size = int(job["batchSize"])
    piece = COLD_PIECE if job["isCold"] == "true" else size
    batch = np.empty(0, np.uint8)

    def run(sink):
        nonlocal batch
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            begins, offsets = records.lay_out(rows)
            if offsets[-1] > len(batch):
                batch = np.empty(2 * offsets[-1], np.uint8)
            ends = offsets.tolist()
            done = 0
            while done < len(rows):
                end = min(done + piece, len(rows))
                records.copy(begins, ends, batch, done, end)
                done = end
                if not sink.tick():
                    break
            if not sink.accept_variable(batch, offsets[: done + 1]):
                return

    return run


def tar_reading(job):
    """WebDataset's way: a tar is read in order, and records are drawn from a buffer that it fills.

    The buffer is filled and drawn from as webdataset.shuffle does: two records are read for each
    one that is delivered until it is full. This is no exact shuffle: a record can only come out
    when it has been read, and most come out soon after.
    """
    size = int(job["batchSize"])
    capacity = int(job["bufferRecords"])

    def members():
        with (
            open(job["file"], "rb", buffering=TAR_FILE_BYTES) as file,
            tarfile.open(fileobj=file, mode="r|", bufsize=TAR_BLOCK_BYTES) as archive,
        ):
            for member in archive:
                yield archive.extractfile(member).read()
                # It remembers all members otherwise.
                archive.members = []

    def shuffled():
        chance = random.Random(int(job["seed"]))
        source = members()
        buffer = []
        for record in source:
            buffer.append(record)
            if len(buffer) < capacity:
                following = next(source, None)
                if following is not None:
                    buffer.append(following)
            if len(buffer) >= min(capacity, TAR_INITIAL_RECORDS):
                yield draw(buffer, chance)
        while buffer:
            yield draw(buffer, chance)

    def draw(buffer, chance):
        i = chance.randrange(len(buffer))
        buffer[i], buffer[-1] = buffer[-1], buffer[i]
        return buffer.pop()

    def run(sink):
        source = shuffled()
        while batch := list(itertools.islice(source, size)):
            offsets = np.zeros(len(batch) + 1, np.int64)
            np.cumsum([len(record) for record in batch], out=offsets[1:])
            if not sink.accept_variable(np.frombuffer(b"".join(batch), np.uint8), offsets):
                return

    return run


def index_reading(job):
    """What most people write: array[rows], which makes a new array for each batch."""
    array = np.load(job["file"], mmap_mode="r")
    advise(array, job["advice"])
    order = load_order(job)
    size = int(job["batchSize"])

    def run(sink):
        for start in range(0, len(order), size):
            if not sink.accept(np.asarray(array[order[start : start + size]])):
                return

    return run


def torch_reading(job):
    """A DataLoader whose workers gather whole batches from a mapped file advised RANDOM."""
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Records(Dataset):
        """Opens a file in the worker that reads it; an item is a batch: (file, rows)."""

        def __init__(self):
            self.arrays = {}

        def __len__(self):
            return int(job["recordCount"])

        def __getitem__(self, item):
            path, rows = item
            if is_variable:
                return self.variable(path, rows)
            if path not in self.arrays:
                self.arrays[path] = np.load(path, mmap_mode="r")
                advise(self.arrays[path], job["advice"])
            out = torch.empty((len(rows), int(job["recordBytes"])), dtype=torch.uint8)
            np.take(self.arrays[path], rows, axis=0, out=out.numpy(), mode="clip")
            return out

        def variable(self, path, rows):
            if path not in self.arrays:
                self.arrays[path] = VariableRecords(path, offsets_of[path], job["advice"])
            begins, offsets = self.arrays[path].lay_out(rows)
            out = torch.empty(int(offsets[-1]), dtype=torch.uint8)
            self.arrays[path].copy(begins, offsets.tolist(), out.numpy(), 0, len(rows))
            return out, torch.from_numpy(offsets)

    is_variable = job["isVariable"] == "true"
    offsets_of = {
        job["file"]: job["offsetsFile"],
        job["warmupFile"]: job["warmupOffsetsFile"],
    }
    order = load_order(job)
    size = int(job["batchSize"])
    workers = int(job["workers"])
    options = {"prefetch_factor": 4, "persistent_workers": True} if workers else {}
    # Batches come from the sampler and are gathered at once: the way that PyTorch's manual gives
    # for stores that can, and several times faster than an item a record. The list is changed
    # below: first a few batches of the small file, so that workers are there when it counts.
    batches = [(job["warmupFile"], np.arange(1))] * (2 * max(1, workers))
    loader = DataLoader(Records(), sampler=batches, batch_size=None, num_workers=workers, **options)
    for _ in loader:
        pass
    batches[:] = [(job["file"], order[i : i + size]) for i in range(0, len(order), size)]

    def run(sink):
        for batch in loader:
            if is_variable:
                goes_on = sink.accept_variable(batch[0].numpy(), batch[1].numpy())
            else:
                goes_on = sink.accept(batch.numpy())
            if not goes_on:
                return

    return run


def load_order(job):
    return np.fromfile(job["indices"], dtype="=i8", count=int(job["listLength"]))


def warm_up(contender, job):
    """Lets NumPy import and touch what it needs, over a small file."""
    small = dict(job)
    small["file"] = job["warmupFile"]
    small["offsetsFile"] = job["warmupOffsetsFile"]
    small["recordCount"] = job["warmupCount"]
    small["indices"] = job["warmupIndices"]
    small["listLength"] = min(int(job["listLength"]), int(job["warmupCount"]))
    contender(small)(Sink(float(job["warmupSeconds"])))


def say(word, expected):
    print(word, flush=True)
    line = sys.stdin.readline().strip()
    if expected is not None and line != expected:
        raise SystemExit(f"expected {expected!r} from the harness, found {line!r}")


CONTENDERS = {
    "numpy": numpy_reading,
    "numpy-index": index_reading,
    "numpy-slices": variable_reading,
    "torch": torch_reading,
    "tar": tar_reading,
}


def main(name, *parameters):
    job = dict(parameter.split("=", 1) for parameter in parameters)
    contender = CONTENDERS[name]
    warm_up(contender, job)
    # The mapping of the small file, which is in a cycle.
    gc.collect()
    say("warm", "open")
    run = contender(job)
    say("ready", "go")
    sink = Sink(float(job["seconds"]), has_own_order=job.get("order") == "own")
    run(sink)
    result = {
        "records": sink.position,
        "seconds": sink.last,
        "digest": str(int(sink.digest)),
        "facts": {"numpy": np.__version__, "firstBatchSeconds": sink.first},
    }
    say("done " + json.dumps(result), None)


if __name__ == "__main__":
    main(*sys.argv[1:])
