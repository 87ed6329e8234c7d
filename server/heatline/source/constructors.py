"""Which calls of the well-known libraries make a model, and what such a model reads."""

from __future__ import annotations

from ..protocol import SampleKind

MODEL_WRAPPERS = ("heatline.Model", "attribution_core.Model")

MODULE_BASES = (
    "torch.nn.Module",
    "torch.nn.Sequential",
    "torch.jit.ScriptModule",
    "pytorch_lightning.LightningModule",
    "lightning.LightningModule",
    "lightning.pytorch.LightningModule",
    "transformers.PreTrainedModel",
    "huggingface_hub.PyTorchModelHubMixin",
)
"""Classes that a class of the person's may derive from and be a module for it."""

SAME_MODEL = {
    "bfloat16",
    "compile",
    "cpu",
    "cuda",
    "double",
    "eval",
    "float",
    "half",
    "module",
    "requires_grad_",
    "to",
    "train",
}
"""Methods of a module that answer the module itself."""

_LOADERS = {
    "torch.load",
    "torch.jit.load",
    "torch.jit.script",
    "torch.jit.trace",
    "torch.hub.load",
    "torch.compile",
    "torch.export.load",
    "timm.create_model",
    "torchvision.models.get_model",
}

_NOT_MODELS = {"get_model_weights", "get_weight", "list_models", "get_model_builder"}
_NOT_MODEL_CLASSES = ("Tokenizer", "TokenizerFast", "Processor", "FeatureExtractor", "Config")

_TEXT_LAYERS = {"Embedding", "EmbeddingBag"}
_IMAGE_LAYERS = {"Conv2d", "LazyConv2d", "MaxPool2d", "AdaptiveAvgPool2d", "BatchNorm2d"}


def makes_model(name: str) -> bool:
    """A call of the fully named thing answers a model."""
    owner, _, last = name.rpartition(".")
    if name in MODEL_WRAPPERS or name in _LOADERS:
        return True
    if last in ("from_pretrained", "from_config", "load_from_checkpoint"):
        return not owner.endswith(_NOT_MODEL_CLASSES)
    if owner == "torchvision.models" or owner.startswith("torchvision.models."):
        return last not in _NOT_MODELS and not last.endswith("_Weights")
    if owner == "timm.models":
        return last[:1].islower()
    return is_model_class(name)


def is_model_class(name: str) -> bool:
    """The fully named thing is a class of models, fit for an annotation or to be called."""
    if name in MODEL_WRAPPERS or name in MODULE_BASES:
        return True
    owner, _, last = name.rpartition(".")
    if owner in ("torch.nn", "torch.nn.modules") or owner.startswith("torchvision.models"):
        return last[:1].isupper() and last not in ("Parameter", "Buffer") and not last.endswith("_Weights")
    return owner.partition(".")[0] == "transformers" and ("Model" in last or "For" in last)


def reads(names: set[str]) -> SampleKind:
    """What a model made with these fully named things reads, as far as the names tell.

    Our own declarations of inputs come first, then libraries of one kind of model, then layers.
    """
    for prefix in MODEL_WRAPPERS:
        package = prefix.partition(".")[0]
        if f"{package}.Image" in names:
            return "image"
        if f"{package}.Text" in names:
            return "text"
    if any(name.startswith(("torchvision.models.", "timm.")) or "ForImage" in name for name in names):
        return "image"
    if any(name.startswith("transformers.") and "For" in name for name in names):
        return "text"
    layers = {name.rpartition(".")[2] for name in names if name.startswith("torch.nn.")}
    if layers & _TEXT_LAYERS:
        return "text"
    if layers & _IMAGE_LAYERS:
        return "image"
    return "unknown"
