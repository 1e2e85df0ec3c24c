"""Contenders that run in Python: NumPy over a mapped file, and a PyTorch DataLoader.

Speaks with the harness over stdin and stdout as ChildMain.java does: warm / open / ready / go /
done. It must not know what is in the records: it adds up what it read, as Digest.java does, and
the harness compares.
"""

import gc
import json
import mmap
import subprocess
import sys
import time

import numpy as np

WHOLE_RECORD_PERIOD = 64
# Records gathered by one call of NumPy from cold files, where one takes long: the clock is looked
# at in between. Its own cost, 2 us a call, vanishes beside 8 page faults.
COLD_PIECE = 8


def folded(words):
    return words ^ (words >> np.uint64(32))


class Sink:
    """Adds delivered batches to the digest and tells when to stop."""

    def __init__(self, record_bytes, seconds):
        self.words = record_bytes // 8
        self.position = 0
        self.digest = np.uint64(0)
        self.first = None
        self.last = 0.0
        self.start = time.monotonic()
        self.seconds = seconds

    def accept(self, batch):
        """batch: uint8, one record a row. Returns whether to go on."""
        words = batch.view("<u8")
        count = len(words)
        positions = np.arange(self.position, self.position + count, dtype=np.uint64)
        weights = positions * np.uint64(2) + np.uint64(1)
        first = words[:, 0]
        chosen = words[np.arange(count), first % np.uint64(self.words)]
        sums = first + folded(words[:, -1]) * np.uint64(3) + folded(chosen) * np.uint64(5)
        whole = np.nonzero(positions % np.uint64(WHOLE_RECORD_PERIOD) == 0)[0]
        for row in whole:
            sums[row] += folded(words[row]).sum(dtype=np.uint64) * np.uint64(7)
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
            if path not in self.arrays:
                self.arrays[path] = np.load(path, mmap_mode="r")
                advise(self.arrays[path], job["advice"])
            out = torch.empty((len(rows), int(job["recordBytes"])), dtype=torch.uint8)
            np.take(self.arrays[path], rows, axis=0, out=out.numpy(), mode="clip")
            return out

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
            if not sink.accept(batch.numpy()):
                return

    return run


def load_order(job):
    return np.fromfile(job["indices"], dtype="=i8", count=int(job["listLength"]))


def warm_up(contender, job):
    """Lets NumPy import and touch what it needs, over a small file."""
    small = dict(job)
    small["file"] = job["warmupFile"]
    small["recordCount"] = job["warmupCount"]
    small["indices"] = job["warmupIndices"]
    small["listLength"] = min(int(job["listLength"]), int(job["warmupCount"]))
    contender(small)(Sink(int(job["recordBytes"]), float(job["warmupSeconds"])))


def say(word, expected):
    print(word, flush=True)
    line = sys.stdin.readline().strip()
    if expected is not None and line != expected:
        raise SystemExit(f"expected {expected!r} from the harness, found {line!r}")


CONTENDERS = {"numpy": numpy_reading, "numpy-index": index_reading, "torch": torch_reading}


def main(name, *parameters):
    job = dict(parameter.split("=", 1) for parameter in parameters)
    contender = CONTENDERS[name]
    warm_up(contender, job)
    # The mapping of the small file, which is in a cycle.
    gc.collect()
    say("warm", "open")
    run = contender(job)
    say("ready", "go")
    sink = Sink(int(job["recordBytes"]), float(job["seconds"]))
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
