"""Models by what a person writes to name one: a factory, a file, a folder, a name of the workspace.

models.py:digits                  a factory: see `factory`
weights.safetensors@models.py:net a factory, and weights for what it returns: see `checkpoints`
model.pt2, model.pt               a whole model in a file, of torch.export or TorchScript: see `files`
folder/                           of transformers: see `pretrained`
digits                            `[tool.heatline.models.digits]` in pyproject.toml: see `configured`
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from torch import nn

from ..errors import BadModel
from .checkpoints import load_weights, read_weights
from .configured import Entry, configured_models
from .factory import made_by_factory
from .files import EXPORTED, WEIGHTS, load_exported, load_file
from .foreign import over_arrays
from .model import Model, as_model, is_model_of_another_copy
from .pretrained import load_pretrained


def load_model(
    spec: str, root: str | Path | None = None, *, checkpoint: str | Path | None = None, trust: bool = False
) -> Model:
    """The model that a person names.

    Parameters
    ----------
    spec : `file.py:function` or `package.module:function` (called without arguments; or a module that stands there),
        `weights@file.py:function`, a `.pt2` or TorchScript file, a folder of transformers, or a name of
        `[tool.heatline.models.NAME]` in pyproject.toml.
    root : the folder that relative paths start from, and where imports and pyproject.toml are looked for; by default
        the working directory.
    checkpoint : weights for what the factory returns: a .safetensors file, or a state dict of `torch.save`.
    trust : read pickles that can run code of whoever wrote them, and code that comes in a folder of transformers.

    Raises
    ------
    BadModel
        If there is no such model, its weights do not fit, or its file is a pickle that needs trust.
    UserCodeError
        If the factory raises.
    """
    folder = Path(root) if root is not None else Path.cwd()
    entry = _entry(spec, folder)
    if entry is not None:
        return _configured(entry, checkpoint, trust)
    weights, _, factory = spec.rpartition("@")
    if weights and ":" in factory:
        if checkpoint is not None:
            raise BadModel(f"both {weights} and {checkpoint} were given", "Give one checkpoint.")
        return load_model(factory, root, checkpoint=weights, trust=trust)
    path = folder / Path(spec).expanduser()
    suffix = Path(spec).suffix.lower()
    if spec and path.is_dir():
        made: object = load_pretrained(path, trust)
        name = path.resolve().name
    elif suffix in EXPORTED:
        made, name = load_exported(path, trust), path.stem
    elif suffix in WEIGHTS:
        made, name = load_file(path, trust), path.stem
    else:
        made, name = made_by_factory(spec, folder)
    model = _modelled(made, name)
    if checkpoint is not None:
        _fill(model, folder / Path(checkpoint).expanduser(), name, trust)
    return model


def _entry(spec: str, folder: Path) -> Entry | None:
    """What pyproject.toml says of a name; None for what is no name."""
    if not spec or any(sign in spec for sign in ":@/\\") or (folder / spec).exists():
        return None
    if Path(spec).suffix.lower() in EXPORTED + WEIGHTS:
        return None
    known = configured_models(folder)
    if spec not in known:
        listed = f", or a name of pyproject.toml: {', '.join(known)}." if known else ", or a model's file or folder."
        raise BadModel(
            f"'{spec}' names no factory, no file and no model of pyproject.toml", f"Write file.py:function{listed}"
        )
    return known[spec]


def _configured(entry: Entry, checkpoint: str | Path | None, trust: bool) -> Model:
    """A model of pyproject.toml. What is said there goes before what the factory says."""
    if _entry(entry.model, entry.folder) is not None:
        raise BadModel(
            f"the factory of {entry.name} in pyproject.toml is '{entry.model}', a name again",
            "Name a factory there: file.py:function.",
        )
    model = load_model(entry.model, entry.folder, checkpoint=checkpoint or entry.checkpoint, trust=trust)
    return replace(
        model,
        inputs=entry.inputs() or model.inputs,
        labels=entry.labels() or model.labels,
        name=entry.name,
        device=entry.device or model.device,
    )


def _modelled(made: object, name: str) -> Model:
    function = callable(made) and not isinstance(made, type)
    known = isinstance(made, (Model, nn.Module)) or is_model_of_another_copy(made)
    if not known and not function and (isinstance(made, type) or over_arrays(made) is None):
        said = "None" if made is None else f"a {type(made).__name__}"
        raise BadModel(f"{name} returned {said}", "A factory returns an nn.Module, a heatline.Model or a function.")
    return as_model(made, name=name)


def _fill(model: Model, path: Path, name: str, trust: bool) -> None:
    if not isinstance(model.module, nn.Module):
        raise BadModel(f"{name} makes no nn.Module, so {path.name} has nowhere to go", "Leave the checkpoint out.")
    load_weights(model.module, read_weights(path, trust), path.name, name)
