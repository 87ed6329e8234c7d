"""`heatline explain` with several samples: each has its own picture, its own line of JSON and its own error."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from .failures import BAD_INPUT, BadArgument, one_line
from .jsonfile import explanation_record
from .options import check_json, model_of
from .pictures import ONE, check_picture, write_one
from .progress import Bar
from .question import question_of
from .samples import samples_of

if TYPE_CHECKING:
    from attribution_core import Explained

PLACE = "{}"
"""Where the name of a sample goes in --out."""


def check_many(options: argparse.Namespace) -> None:
    """Refuses what could not be written, before anything is computed."""
    out: Path | None = options.out
    if options.open:
        raise BadArgument("--open shows one picture. Name one sample, or write them all: --out '{}.png'.")
    if out is not None and PLACE not in out.name:
        each = out.with_name(f"{out.stem}-{PLACE}{out.suffix}")
        raise BadArgument(f"--out {out} is one file for several samples. Say where their names go: --out '{each}'.")
    check_picture(options, ONE)
    check_json(options)


def run_many(options: argparse.Namespace) -> int:
    """Runs it. The exit code is that of bad input if one of the samples could not be explained."""
    with Bar(sys.stderr) as bar, _lines(options.json) as lines:
        bar.say("Loading the model")
        from attribution_core import Progress, explaining_many
        from attribution_core.datasets import DataSet, Item

        model = model_of(options)
        samples = samples_of(options.sample, model, options.text_column)
        files = _files(options.out, [name for name, _ in samples])
        data = DataSet(
            "samples", lambda start: (Item(sample) for _, sample in samples[start:]), len(samples), indexed=True
        )
        work = explaining_many(
            model,
            data,
            method=options.method,
            target=options.target if options.minus is None else (options.target, options.minus),
            **question_of(options, model),
        )
        failed = False
        try:
            for step in work:
                if isinstance(step, Progress):
                    bar.show(step.message, step.done, step.total, step.seconds_left)
                    continue
                bar.clear()
                _hand_out(step, files[step.index], options, lines)
                failed = failed or step.error is not None
        finally:
            work.close()
        return BAD_INPUT if failed else 0


def _hand_out(each: Explained, file: Path | None, options: argparse.Namespace, lines: TextIO | None) -> None:
    """One result, or one error, to wherever the options want it."""
    if each.error is not None:
        said = one_line(each.error, options.traceback)
        print(f"heatline: {each.sample}: {said}", file=sys.stderr)
        record: dict[str, object] = {"sample": each.sample, "error": said}
    else:
        from attribution_core.render import plain_text, terminal_text

        if file is not None:
            write_one(each.found, file, options.show)
        record = explanation_record(each.found)
        if options.json != "-":
            coloured = file is None and sys.stdout.isatty()
            print(terminal_text(each.found, options.show) if coloured else plain_text(each.found))
            print(f"Wrote {file}" if file is not None else "")
    if lines is not None:
        lines.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
        lines.flush()


def _files(out: Path | None, names: Sequence[str]) -> list[Path | None]:
    """A file for each sample, no two of them the same."""
    if out is None:
        return [None] * len(names)
    found: list[Path | None] = []
    for name in names:
        file, number = out.with_name(out.name.replace(PLACE, name)), 2
        while file in found:
            file, number = out.with_name(out.name.replace(PLACE, f"{name}-{number}")), number + 1
        found.append(file)
    return found


@contextmanager
def _lines(place: str | None) -> Iterator[TextIO | None]:
    """Where --json wants a line for each sample."""
    if place in (None, "-"):
        yield sys.stdout if place else None
        return
    with Path(str(place)).open("w", encoding="utf-8") as file:
        yield file
