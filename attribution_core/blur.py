"""Gaussian blur, for a baseline without detail and for pictures without speckle."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def gaussian_blur(image: Tensor, deviation: float) -> Tensor:
    """Blurs the last two dimensions; beyond the edges the picture goes on as it is at the edge.

    Parameters
    ----------
    image : Tensor of shape (..., height, width), floating.
    deviation : of the Gaussian, in pixels.
    """
    if deviation <= 0:
        return image
    reach = max(1, round(3 * deviation))
    places = torch.arange(-reach, reach + 1, dtype=image.dtype, device=image.device)
    weights = torch.exp(-0.5 * (places / deviation) ** 2)
    weights = weights / weights.sum()
    flat = image.reshape(-1, 1, *image.shape[-2:])
    for kernel in (weights[None, None, None, :], weights[None, None, :, None]):
        padding = (reach, reach, 0, 0) if kernel.shape[3] > 1 else (0, 0, reach, reach)
        flat = functional.conv2d(functional.pad(flat, padding, mode="replicate"), kernel)
    return flat.reshape(image.shape)
