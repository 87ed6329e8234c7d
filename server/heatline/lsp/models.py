"""Lists of models: those of one workspace folder, and those of several told apart."""

from __future__ import annotations

import dataclasses
import os

from ..protocol import FactoryModel, ModelInfo, ModelRef
from .configuration import FILE, Configuration, Named
from .settings import Settings


def listed(settings: Settings, said: Configuration, in_source: list[ModelInfo]) -> list[ModelInfo]:
    """The models of a folder, each once: set by the person, named in pyproject.toml, found in the source."""
    by_spec = {factory_of(model.ref): model for model in in_source}
    found: list[ModelInfo] = []
    for spec in dict.fromkeys([settings.model, *settings.models]):
        if spec and spec not in said.models:
            file = _file_of(spec)
            found.append(_configured(spec, by_spec.pop(spec, None) or by_spec.pop(file, None)))
    found += [_named(model, by_spec.pop(model.factory, None)) for model in said.models.values()]
    return found + list(by_spec.values())


def factory_of(ref: ModelRef | None) -> str:
    """The spec of a model that is made here; empty for another."""
    return ref.spec if isinstance(ref, FactoryModel) else ""


def _file_of(spec: str) -> str:
    """A module's member by the file that it most likely stands in: `package/models.py:net` for `package.models:net`."""
    module, colon, name = spec.rpartition(":")
    return f"{module.replace('.', '/')}.py{colon}{name}"


def _configured(spec: str, found: ModelInfo | None) -> ModelInfo:
    """A model that the person set, with what the source says of it."""
    name = spec.rpartition(":")[2]
    inputs = found.inputs if found else "unknown"
    return ModelInfo(FactoryModel("factory", spec), name, spec.rpartition(":")[0], inputs, "configured")


def _named(model: Named, found: ModelInfo | None) -> ModelInfo:
    inputs = model.inputs if model.inputs != "unknown" or found is None else found.inputs
    return ModelInfo(FactoryModel("factory", model.name), model.name, f"{FILE}, {model.factory}", inputs, "configured")


def told_apart(model: ModelInfo, root: str, label: str) -> ModelInfo:
    """A model of one of several folders, which may have files, modules and names of models in common.

    Parameters
    ----------
    label : what a person calls the folder; empty where it is none of the workspace's.
    """
    spec = factory_of(model.ref) or model.name  # a server has it by its name
    place = spec if spec.rpartition(":")[0] else f"{FILE}:{spec}"
    detail = f"{label} · {model.detail}" if label else model.detail
    ref = FactoryModel("factory", place if os.path.isabs(place) else f"{root}/{place}")
    return dataclasses.replace(model, ref=ref, detail=detail)
