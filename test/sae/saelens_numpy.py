"""SAELens' encode and decode in NumPy, written from its source and from none of ours.

Versions 6.49 (saes/sae.py, saes/topk_sae.py, saes/jumprelu_sae.py, and handle_pre_6_0_config of
loading/pretrained_sae_loaders.py) and 5 (sae.py, for the scaling factor). Nothing is folded: each step is done
where SAELens does it. In float64, so that only the rounding of stored weights is left.
"""

import json
import struct
from pathlib import Path

import numpy as np


def read_safetensors(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        start, end = (8 + length + offset for offset in entry["data_offsets"])
        if entry["dtype"] == "BF16":
            bits = np.frombuffer(data[start:end], dtype="<u2").astype(np.uint32) << 16
            values = bits.view(np.float32)
        else:
            dtype = {"F16": "<f2", "F32": "<f4", "F64": "<f8"}[entry["dtype"]]
            values = np.frombuffer(data[start:end], dtype=dtype)
        tensors[name] = values.astype(np.float64).reshape(entry["shape"])
    return tensors


class Sae:
    def __init__(self, folder):
        cfg = json.loads((Path(folder) / "cfg.json").read_text())
        self.w = read_safetensors(Path(folder) / "sae_weights.safetensors")
        version = cfg.get("sae_lens_version") or (cfg.get("metadata") or {}).get("sae_lens_version")
        if version is None or int(version.split(".")[0]) < 6:
            activation = cfg.get("activation_fn_str", cfg.get("activation_fn", "relu"))
            cfg.setdefault("architecture", "standard")
            if activation == "topk":
                cfg["architecture"] = "topk"
                cfg["k"] = cfg["activation_fn_kwargs"]["k"]
            if cfg.get("normalize_activations") in (None, False):
                cfg["normalize_activations"] = "none"
        self.cfg = cfg
        self.architecture = cfg["architecture"]
        self.normalize = cfg.get("normalize_activations", "none")
        self.rescale = self.architecture == "topk" and cfg.get("rescale_acts_by_decoder_norm", False)

    def encode(self, x):
        if self.normalize == "constant_norm_rescale":
            self.x_norm_coeff = self.cfg["d_in"] ** 0.5 / np.linalg.norm(x, axis=-1, keepdims=True)
            x = x * self.x_norm_coeff
        elif self.normalize == "layer_norm":
            self.ln_mu = x.mean(axis=-1, keepdims=True)
            x = x - self.ln_mu
            self.ln_std = x.std(axis=-1, keepdims=True, ddof=1)
            x = x / (self.ln_std + 1e-5)
        else:
            assert self.normalize == "none", self.normalize
        x = x - self.w["b_dec"] * self.cfg.get("apply_b_dec_to_input", True)
        hidden_pre = x @ self.w["W_enc"] + self.w["b_enc"]
        if self.architecture == "standard":
            return np.maximum(hidden_pre, 0)
        if self.architecture == "jumprelu":
            return np.maximum(hidden_pre, 0) * (hidden_pre > np.maximum(self.w["threshold"], 0))
        assert self.architecture == "topk", self.architecture
        if self.rescale:
            hidden_pre = hidden_pre * np.linalg.norm(self.w["W_dec"], axis=-1)
        chosen = np.argpartition(-hidden_pre, self.cfg["k"] - 1, axis=-1)[:, : self.cfg["k"]]
        acts = np.zeros_like(hidden_pre)
        values = np.maximum(np.take_along_axis(hidden_pre, chosen, axis=-1), 0)
        np.put_along_axis(acts, chosen, values, axis=-1)
        return acts

    def decode(self, acts):
        if self.cfg.get("finetuning_scaling_factor"):
            acts = acts * self.w["scaling_factor"]
        if self.rescale:
            acts = acts * (1 / np.linalg.norm(self.w["W_dec"], axis=-1))
        out = acts @ self.w["W_dec"] + self.w["b_dec"]
        if self.normalize == "constant_norm_rescale":
            out = out / self.x_norm_coeff
        elif self.normalize == "layer_norm":
            out = out * self.ln_std + self.ln_mu
        return out
