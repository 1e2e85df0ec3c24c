"""Writes files with torch.save, and says what is in them.

    write_tensors.py FOLDER [--small]

Prints one line per tensor, tab-separated: file, part, dtype.str of NumPy, shape, and the first 16
digits of SHA-256 of its elements in C order; or "refused" and a piece of the reason. The repository
has the files of --small, as PyTorch 1.13 wrote them.
"""

import collections
import hashlib
import sys

import numpy
import torch

folder = sys.argv[1]
is_small = "--small" in sys.argv[2:]
torch.manual_seed(3)


def expect(file, part, tensor):
    tensor = tensor.detach()
    if tensor.dtype == torch.bfloat16:
        array = tensor.contiguous().view(torch.int16).numpy()
        descr = "|V2"
    else:
        array = tensor.resolve_conj().contiguous().numpy()
        descr = array.dtype.str
    digest = hashlib.sha256(array.tobytes()).hexdigest()[:16]
    print(file, part, descr, ",".join(map(str, array.shape)), digest, sep="\t")


def refuse(file, part, reason):
    print(file, part, "refused", reason, sep="\t")


def save(name, value, parts, **options):
    torch.save(value, f"{folder}/{name}", **options)
    for part, tensor in parts.items():
        if isinstance(tensor, str):
            refuse(name, part, tensor)
        else:
            expect(name, part, tensor)


images = torch.randint(0, 256, (50, 3, 4), dtype=torch.uint8)
save("plain.pt", images, {"": images})
save("scalar.pth", torch.tensor(2.5), {"": torch.tensor(2.5)})
save("empty.pt", torch.zeros(0, 3), {"": torch.zeros(0, 3)})

types = {}
for dtype in (
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
    torch.uint8, torch.bool, torch.complex64, torch.complex128,
):
    name = str(dtype).split(".")[1]
    types[name] = (torch.randn(7, 2) * 50).to(dtype) if dtype != torch.bool else torch.randn(7, 2) > 0
save("types.pt", types, types)

base = torch.arange(240, dtype=torch.int32).reshape(10, 4, 6)
views = {
    "base": base,
    "tail": base[4:],
    "step": base[::3],
    "turned": base.t() if base.dim() == 2 else base.permute(2, 0, 1),
    "narrow": base[:, 1:3, ::2],
    "column": base[:, 2, 3],
    "windows": base.flatten().unfold(0, 8, 3),
    "channels": torch.randn(5, 3, 4, 4).contiguous(memory_format=torch.channels_last),
    "one": base[:1, :, :1],
}
save("views.pt", views, views)

model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Linear(4, 2))
state = model.state_dict()
save("state.pth", {"epoch": 7, "model": state, "name": "x"}, {"model." + key: state[key] for key in state})
save("module.pt", model, {"_modules.0._parameters.weight": model[0].weight})

samples = [torch.full((2, 3), float(i)) for i in range(20)]
mixed = {"list": samples, "tuple": (images, base), "ordered": collections.OrderedDict(a=images, b=[base, images])}
save(
    "mixed.pt",
    mixed,
    {
        "list[]": torch.stack(samples),
        "list[3]": samples[3],
        "tuple[0]": images,
        "tuple[1]": base,
        "ordered.a": images,
        "ordered.b[0]": base,
        "ordered.b[1]": images,
    },
)
parameter = torch.nn.Parameter(torch.randn(4, 4))
save("parameter.pt", {"p": parameter}, {"p": parameter})

sparse = torch.eye(3).to_sparse()
quantized = torch.quantize_per_tensor(torch.randn(3), 0.1, 0, torch.quint8)
others = {
    "healthy": images,
    "sparse": sparse,
    "csr": torch.eye(3).to_sparse_csr(),
    "quantized": quantized,
    "expanded": torch.randn(1, 4).expand(5, 4),
}
save(
    "others.pt",
    others,
    {
        "healthy": images,
        "sparse": "found a sparse one (_rebuild_sparse_tensor)",
        "csr": "found a sparse one (_rebuild_sparse_csr_tensor)",
        "quantized": "found a quantized one (_rebuild_qtensor)",
        "expanded": "several share one (expand)",
    },
)
save("with numpy.pt", {"t": images, "n": numpy.arange(5)}, {"t": images})
if not is_small:
    many = {f"t{i}": torch.full((3,), i) for i in range(3000)}
    save("many.pt", many, {name: many[name] for name in ("t0", "t1", "t2999")})
    large = [torch.randn(4) for _ in range(5000)]
    save("list.pt", large, {"[]": torch.stack(large), "[4999]": large[4999]})
    save("other protocol.pt", mixed, {"list[]": torch.stack(samples), "tuple[1]": base}, pickle_protocol=4)
torch.save(images, f"{folder}/legacy.pt", _use_new_zipfile_serialization=False)
