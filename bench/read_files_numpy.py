"""Files of embeddings, and how long NumPy (PyTorch for .pt) takes to read them.

make FOLDER ROWS COLUMNS  writes the same float32 matrix as .npy, .npz (stored, deflated), .safetensors and, with PyTorch, .pt
read FOLDER COUNT         prints {"versions": {...}, "seconds": {file: [whole, COUNT scattered rows]}}
"""

import json
import os
import struct
import sys
import time

import numpy as np

try:
    import torch
except ImportError:
    torch = None


def make(folder, rows, columns):
    users = np.random.default_rng(1).standard_normal((rows, columns), dtype="float32")
    np.save(folder + "/users.npy", users)
    np.savez(folder + "/stored.npz", users=users)
    np.savez_compressed(folder + "/deflated.npz", users=users)
    header = json.dumps({"users": {"dtype": "F32", "shape": [rows, columns], "data_offsets": [0, users.nbytes]}}).encode()
    header += b" " * (-len(header) % 8)
    with open(folder + "/users.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        users.tofile(file)
    if torch:
        torch.save({"users": torch.from_numpy(users)}, folder + "/users.pt")


def safetensors(path):
    """The plain way: where the header says, as they are."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        return 8 + length, json.loads(file.read(length))["users"]["shape"]


def whole_safetensors(path):
    offset, shape = safetensors(path)
    return np.fromfile(path, "<f4", offset=offset).reshape(shape)


def mapped_safetensors(path):
    offset, shape = safetensors(path)
    return np.memmap(path, "<f4", "r", offset, tuple(shape))


def whole_npz(path):
    return np.load(path)["users"]


def whole_pt(path):
    return torch.load(path)["users"].numpy()


# How a file is read whole, and how some of its rows are.
READERS = {
    "users.npy": (np.load, lambda path: np.load(path, mmap_mode="r")),
    "stored.npz": (whole_npz, whole_npz),
    "deflated.npz": (whole_npz, whole_npz),
    "users.safetensors": (whole_safetensors, mapped_safetensors),
    "users.pt": (whole_pt, whole_pt),
}


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def read(folder, count):
    measured = {}
    for name, (whole, rows) in READERS.items():
        path = folder + "/" + name
        if os.path.exists(path):
            n = np.load(folder + "/users.npy", mmap_mode="r").shape[0]
            some = np.random.default_rng(2).integers(n, size=count)
            measured[name] = [seconds(lambda: whole(path)), seconds(lambda: np.array(rows(path)[some]))]
    versions = {"NumPy": np.__version__, "PyTorch": torch.__version__.split("+")[0] if torch else None}
    print(json.dumps({"versions": versions, "seconds": measured}))


command, folder, *numbers = sys.argv[1:]
{"make": make, "read": read}[command](folder, *map(int, numbers))
