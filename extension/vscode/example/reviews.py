"""A small example: what is a film review praised or blamed for?

1. Put the cursor into one of the texts at the end, right-click, and choose "Explain Prediction...".
2. Pick the model "opinion". A panel opens beside this file, and the words are coloured where they stand.
3. In the panel click the other class, or change the method. Escape clears the colours.
"""

import torch
from torch import Tensor, nn

import heatline

OPINIONS = {
    "superb": 2.0, "great": 1.4, "warm": 0.9, "loved": 1.6, "funny": 1.1, "charming": 1.2,
    "dull": -1.7, "slow": -1.0, "boring": -1.9, "weak": -1.2, "hated": -1.8, "long": -0.6,
}  # fmt: skip
VOCABULARY = {"<pad>": 0, "<unk>": 1} | {word: number for number, word in enumerate(OPINIONS, start=2)}


class Opinion(nn.Module):
    """Adds up what each word says; a strong opinion counts less and less."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(VOCABULARY), 2)
        says = torch.tensor([0.0, 0.0, *OPINIONS.values()])
        self.embedding.weight.data = torch.stack([says, -says], 1)

    def forward(self, ids: Tensor) -> Tensor:
        return 3 * torch.tanh(self.embedding(ids).sum(1) / 3)


def opinion() -> heatline.Model:
    return heatline.Model(Opinion(), inputs=heatline.Text(vocabulary=VOCABULARY), labels=["praise", "blame"])


review = "A warm and superb film, though a little long and slow in the middle. I loved it!"
other = "The jokes are weak and the plot is dull, but the music is charming."
