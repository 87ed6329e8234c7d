"""The heatline protocol: every request, result, notification and error, declared once.

JSON-RPC 2.0 carries it. Each dataclass below is one JSON object; a field's name is the same in
Python, on the wire and in TypeScript. `python -m heatline.codegen` writes `extension/protocol/`,
`docs/protocol.md` and `docs/protocol.schema.json` from this file, and `make lint` fails when one is stale.

Only the standard library is needed here, so that an agent inside a kernel or a paused program
speaks it too. `decode` and `encode` of `heatline.wire` check and convert.

Conventions
    * Offsets into a *text* (a sample) count Unicode code points.
    * Offsets into a *source* (program text in an editor) count UTF-16 code units, as editors do.
    * Seconds are wall-clock seconds; probabilities lie in [0, 1].
    * Whoever reads a message passes over fields that it does not know.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Union

PROTOCOL = 1
"""Raised whenever an older client or agent would misread a message."""

RESULT_MIME = "application/vnd.heatline+json"
"""The MIME type of an `Explanation` in a notebook's output."""

RPC_MIME = "application/vnd.heatline.rpc+json"
"""The MIME type under which an agent in a kernel hands back an answer."""

SampleKind = Literal["image", "text", "tabular", "unknown"]
Method = Literal[
    "gradient", "input-x-gradient", "interior", "integrated", "smoothgrad", "smoothgrad-squared", "vargrad"
]
Score = Literal["probability", "logit", "log-probability", "value"]
"""`value`: of a regression."""
Rule = Literal["midpoint", "trapezoid", "gauss-legendre", "right-riemann"]
ClassName = Union[int, str]
"""A class by its index or its label."""
Target = Union[int, str, list[ClassName], None]
"""A class; two of them for the difference between the first and the second; null for the most probable class."""


# ---------------------------------------------------------------- naming models and samples


@dataclass(frozen=True)
class Handle:
    """Names one live object. A handle whose object is gone is answered with `stale-handle`."""

    session: str
    """The agent that gave the handle; a restarted kernel has another one."""
    object: int
    """The object's number within the session; never given to a second object."""


@dataclass(frozen=True)
class FactoryModel:
    """A model that a function makes, or that stands in a file."""

    kind: Literal["factory"]
    spec: str
    """`path/to/file.py:function` (relative to the agent's root), `package.module:function`, `weights@` one of these, a
    model's file, a folder of transformers, or a name of `[tool.heatline.models]` in pyproject.toml."""


@dataclass(frozen=True)
class NamedModel:
    """A model that the agent serves under a name: see `heatline serve`."""

    kind: Literal["named"]
    name: str


@dataclass(frozen=True)
class LiveModel:
    """A module, or a `heatline.Model`, alive in the session."""

    kind: Literal["live"]
    handle: Handle


@dataclass(frozen=True)
class FileSample:
    """An image file, a text file in UTF-8, or a row of a table."""

    kind: Literal["file"]
    path: str
    """Absolute, or relative to the agent's root (a kernel's working directory)."""
    row: int | None = None
    """Of a .csv or .tsv file, from 1; the line with the names of the columns does not count."""


@dataclass(frozen=True)
class TextSample:
    """A text by value."""

    kind: Literal["text"]
    text: str


@dataclass(frozen=True)
class BytesSample:
    """A file by value: an image, or a text in UTF-8."""

    kind: Literal["bytes"]
    name: str
    """The file's name; its ending tells a text (`.txt`, `.md`, `.text`, `.rst`) from an image."""
    data: str
    """Base64."""


@dataclass(frozen=True)
class ArraySample:
    """A tensor by value, as the model's own input."""

    kind: Literal["array"]
    name: str
    """What a person calls it."""
    dtype: Literal["uint8", "int32", "int64", "float16", "float32", "float64"]
    """Little-endian."""
    shape: list[int]
    """Row-major."""
    data: str
    """Base64."""


@dataclass(frozen=True)
class RowSample:
    """A row of a table by value."""

    kind: Literal["row"]
    values: Union[dict[str, Union[str, float]], list[Union[str, float]]]
    """Column -> value; without the names for a model whose columns have none."""


@dataclass(frozen=True)
class LiveSample:
    """A variable alive in the session: a tensor, an array, a picture, texts, tensors by name."""

    kind: Literal["live"]
    handle: Handle
    index: int | None = None
    """One entry of a batch, from 0; null for all of the variable."""


ModelRef = Union[FactoryModel, NamedModel, LiveModel]
SampleRef = Union[FileSample, TextSample, BytesSample, ArraySample, RowSample, LiveSample]
DataRef = Union[FileSample, LiveSample]
"""A data set: a folder, a .csv, .tsv or .jsonl file; or a `DataLoader` or another collection alive in the session."""


# ---------------------------------------------------------------- heatline/initialize


@dataclass(frozen=True)
class InitializeParams:
    version: str
    """The client's heatline version."""
    protocol: int
    """The client's `PROTOCOL`."""
    root: str | None = None
    """The folder that relative paths start from; the agent's working directory when absent."""
    memory: int | None = None
    """Bytes that models kept for the next request may take with their parameters, together; results may take a
    sixteenth of it. 4 GiB when absent. The most recent model is kept whatever its size."""


@dataclass(frozen=True)
class InitializeResult:
    version: str
    protocol: int
    session: str
    """A random name of this agent's life."""
    python: str
    """The interpreter's version, such as `3.12.1`."""
    executable: str
    torch: str | None
    """torch's version; null where it is not installed, and then every explanation is refused."""
    devices: list[str]
    """torch devices that can compute, best first; empty without torch."""


# ---------------------------------------------------------------- heatline/models, heatline/samples


@dataclass(frozen=True)
class ModelsParams:
    root: str | None = None
    """The workspace folder (a path) to look in. When absent, a language server looks in every folder, an agent in its
    own. An agent in a kernel lists what is alive there, and with `.` also what program text in its root makes."""


@dataclass(frozen=True)
class ModelInfo:
    ref: ModelRef
    name: str
    """What a person calls it: the function's or the variable's name."""
    detail: str
    """Where it comes from, or what it is: `models/flowers.py` or `Sequential, 1.2 M parameters`."""
    inputs: SampleKind
    """What it reads, as far as that is known without running anything."""
    origin: Literal["configured", "source", "live", "served"]


@dataclass(frozen=True)
class ModelsResult:
    models: list[ModelInfo]
    """Best first."""


@dataclass(frozen=True)
class SamplesParams:
    model: ModelRef | None = None
    """Samples that this model reads stand first."""
    purpose: Literal["explain", "average"] = "explain"
    """`average`: loaders, data sets and batches, which `heatline/average` takes, instead of samples."""


@dataclass(frozen=True)
class SampleInfo:
    ref: SampleRef
    name: str
    detail: str
    """Such as `Tensor 1x3x224x224 float32` or the first words of a text."""
    inputs: SampleKind
    batch: int | None = None
    """How many samples it holds, of which one is to be picked (`heatline/batch`); null for one alone."""


@dataclass(frozen=True)
class SamplesResult:
    samples: list[SampleInfo]
    """Best first."""


# ---------------------------------------------------------------- heatline/batch


@dataclass(frozen=True)
class BatchParams:
    """`heatline/batch`: the entries of a batch, to pick one from."""

    sample: LiveSample
    model: ModelRef | None = None
    """Its vocabulary tells what token ids spell."""
    first: int = 0
    count: int = 32


@dataclass(frozen=True)
class BatchEntry:
    index: int
    detail: str
    """The first words of a text, or the first numbers of a row; empty for a picture."""
    thumbnail: EncodedImage | None
    """Of a picture, its values stretched from black to white; at most 127 pixels on the longer side."""


@dataclass(frozen=True)
class BatchResult:
    size: int
    """How many entries there are."""
    entries: list[BatchEntry]


# ---------------------------------------------------------------- heatline/predict


@dataclass(frozen=True)
class PredictParams:
    model: ModelRef
    sample: SampleRef
    top: int = 5
    """How many classes."""


@dataclass(frozen=True)
class ClassScore:
    index: int
    """The output unit, from 0."""
    label: str
    probability: float | None
    """Null for the values of a regression."""
    logit: float
    """Of a regression the value."""


@dataclass(frozen=True)
class Prediction:
    model: str
    sample: str
    inputs: SampleKind
    classes: list[ClassScore]
    """Most probable first."""
    seconds: float
    device: str
    notes: list[str]
    """What a person should know, each a sentence: a text that was cut, a setting that was assumed."""


# ---------------------------------------------------------------- heatline/provenance


@dataclass(frozen=True)
class ProvenanceParams:
    """`heatline/provenance`: the live model and sample that made a prediction, in a kernel or a paused frame."""

    name: str
    """The prediction as it is written: `pred`, `self.pred`, `out.logits`, `probs[0]`."""
    index: int | None = None
    """The entry of a batch that is asked about; null for the first one."""
    models: list[LiveModel] | None = None
    """The models that may be called, for who asks without a gesture of the person; any model when absent."""


@dataclass(frozen=True)
class OutputValue:
    """One number of a prediction."""

    index: int
    label: str
    """The class, where it is known."""
    found: float
    """What the variable holds."""
    recomputed: float
    """The same, computed again now in evaluation mode."""


Agreement = Literal["same", "train-mode", "autocast", "changed", "unknown"]
"""How a prediction's value compares with the recomputed one: the same; it came from train mode, or from autocast; its
sample or model has changed since; or train mode drew random numbers, so that nothing can be said."""


@dataclass(frozen=True)
class Provenance:
    name: str
    model: ModelInfo
    sample: SampleInfo
    """Of a batch its reference names the entry that was asked about, if one was."""
    found_by: Literal["source", "graph", "watch"]
    """The program's text, the graph that autograd recorded, or `heatline.watch`."""
    statement: str
    """What assigned the name, such as `pred = model(x)`; empty where the source does not say."""
    agreement: Agreement
    message: str
    """The agreement as one sentence."""
    values: list[OutputValue]
    """The largest numbers of the prediction, at most five."""


# ---------------------------------------------------------------- heatline/explain


@dataclass(frozen=True)
class PlanStep:
    """Micro-batches in a row that were alike."""

    count: int
    points: int
    channels_last: bool = False


@dataclass(frozen=True)
class Plan:
    """What repeats the computation exactly: given back in a request, with the same model, sample, target and
    baseline, it gives the same numbers. Method, rule, points, seed and noise are then the plan's."""

    rule: str
    """The quadrature rule; `point` for a plain gradient."""
    points: list[float]
    """Positions on the path from the baseline (0) to the sample (1)."""
    weights: list[float]
    batch: int
    """The largest micro-batch that was used."""
    memory_format: Literal["contiguous", "channels_last"]
    """Of the last micro-batch."""
    order: list[int] = field(default_factory=list)
    """For each evaluation on a path, in the order of time, which of the points it was."""
    steps: list[PlanStep] = field(default_factory=list)
    """Every micro-batch. Empty in plans of results that were saved before there was replay; they cannot be repeated."""
    method: str = ""
    seed: int = 0
    samples: int | None = None
    """Of methods over noisy copies, like the next two."""
    noise: float | None = None
    over: str | None = None


@dataclass(frozen=True, kw_only=True)
class ExplainOptions:
    """The settings of `heatline/explain` and `heatline/compare`; what is absent has the method's default."""

    score: Score = "probability"
    """Which scalar of the target is explained."""
    baseline: str | None = None
    """A baseline's name; the input kind's own default when absent (black image, zero embedding)."""
    steps: int | None = None
    """Gradients to spend, along each path where there are several."""
    tolerance: float | None = None
    """Instead of steps: refine until the estimated relative error of the map is at most this."""
    rule: Rule | None = None
    """The quadrature rule, with steps."""
    samples: int | None = None
    """Noisy copies of SmoothGrad and its kin."""
    noise: float | None = None
    """Their standard deviation, as a share of (max - min) of the input."""
    over: Literal["gradient", "integrated"] | None = None
    """What is averaged over noisy copies."""
    seed: int = 0
    """Of the noise, and of random numbers that the model draws."""
    device: str | None = None
    """A torch device; where the model is when absent."""
    job: str | None = None
    """The token of `$/progress` and `heatline/update` for this request, and the name under which the agent remembers
    the result for `heatline/export`; absent: none of these."""


@dataclass(frozen=True, kw_only=True)
class ExplainParams(ExplainOptions):
    model: ModelRef
    sample: SampleRef
    method: Method = "integrated"
    target: Target = None
    plan: Plan | None = None
    """Of a final result, to repeat it."""


@dataclass(frozen=True)
class EncodedArray:
    """Numbers in base64. Element i is `scale * number_i`.

    Never compressed: over a result of 8.6 MB that a pipe carries in 16 ms, zlib at its fastest takes 70 ms (two busy
    cores, `benchmarks/agent.py`), although it leaves 3 % of it.
    """

    dtype: Literal["int16", "float32", "float64"]
    """Little-endian. `int16` for the screen: exact to 1.5e-5 of the largest value. Floats in exports."""
    shape: list[int]
    """Row-major."""
    scale: float
    """1 for floats."""
    data: str


@dataclass(frozen=True)
class EncodedImage:
    """A picture in base64."""

    format: Literal["png", "jpeg", "rgb"]
    """`rgb`: width x height x 3 bytes, row by row, where no encoder is at hand."""
    width: int
    height: int
    data: str


@dataclass(frozen=True)
class ImagePicture:
    """An attribution over an image."""

    kind: Literal["image"]
    photo: EncodedImage
    """What the person gave, upright, in its own aspect ratio."""
    region: list[float]
    """[left, top, right, bottom], the part of the photo that the map lies on, as fractions of it."""
    signed: EncodedArray
    """(height, width) at the model's input size: the attribution summed over channels."""
    magnitude: EncodedArray
    """(height, width): the sum over channels of the absolute attribution."""


@dataclass(frozen=True)
class TokenScore:
    text: str
    start: int
    """Code points into the text; equal to `end` for a token that stands for no characters."""
    end: int
    score: float
    """Attribution, summed over the embedding."""


@dataclass(frozen=True)
class TextPicture:
    """An attribution over a text."""

    kind: Literal["text"]
    text: str
    tokens: list[TokenScore]
    words: list[TokenScore]
    """Tokens added up to words, in order."""


@dataclass(frozen=True)
class ColumnScore:
    name: str
    value: str
    """The row's value in the column, as a person reads it."""
    score: float


@dataclass(frozen=True)
class TabularPicture:
    """An attribution over a row of a table."""

    kind: Literal["tabular"]
    columns: list[ColumnScore]
    """In the table's order; the features of a category added up."""


Picture = Union[ImagePicture, TextPicture, TabularPicture]


@dataclass(frozen=True)
class ClassCurve:
    """A class, and its logit along a path."""

    index: int
    label: str
    logits: list[float]
    """One per scale."""


@dataclass(frozen=True)
class PathData:
    """What happens on the way from the baseline to the sample."""

    scales: list[float]
    """Increasing: 0 is the baseline, 1 the sample. At least one."""
    scores: list[float]
    """The explained score at each scale."""
    classes: list[ClassCurve]
    """The sample's most probable classes."""
    magnitudes: list[float]
    """The sum over all features of the gradient's absolute value at each scale."""
    map_scales: list[float]
    """Scales of the interior maps, at most 16."""
    maps: EncodedArray | None
    """Interior gradients times the way from the baseline: (maps, height, width) for an image, coarser than its other
    maps; (maps, tokens) for a text; (maps, columns) for a row. Null where none were kept."""


@dataclass(frozen=True)
class TargetScore:
    index: int
    label: str
    """Of a difference such as `cat rather than dog`."""
    score: Score
    value: float
    """The score at the sample."""
    baseline_value: float | None
    """The score at the baseline; null for methods without one."""
    against: int | None = None
    """The class that was subtracted; null where it is no difference."""


@dataclass(frozen=True)
class Completeness:
    """Attributions should add up to what the score gained over the baseline."""

    expected: float
    """score(sample) - score(baseline)"""
    total: float
    """The sum of all attributions."""
    relative_error: float
    """|total - expected| / |expected|"""


@dataclass(frozen=True)
class Explanation:
    version: str
    """The heatline version that computed this."""
    status: Literal["preview", "final"]
    model: str
    sample: str
    method: Method
    target: TargetScore
    classes: list[ClassScore]
    """The most probable classes, at most five."""
    baseline: str | None
    completeness: Completeness | None
    """Null for methods that promise none."""
    map_error: float | None
    """Estimated relative L1 error of the map; null where it is not estimated."""
    gradient_evaluations: int
    seconds: float
    device: str
    dtype: str
    seed: int
    notes: list[str]
    plan: Plan
    picture: Picture
    path: PathData | None = None
    """Null for methods that follow no path."""


@dataclass(frozen=True)
class UpdateParams:
    """`heatline/update`: a better picture of a job still under way. It replaces the one before."""

    job: str
    seq: int
    """From 0; never repeated within the job."""
    explanation: Explanation
    index: int = 0
    """Which of a comparison's explanations it is."""


@dataclass(frozen=True)
class ProgressValue:
    """The value of `$/progress`; a work-done report of the Language Server Protocol."""

    kind: Literal["begin", "report", "end"]
    message: str
    percentage: int
    """0 to 100."""
    seconds_left: float | None = None
    """An estimate; null while none can be made."""
    title: str = ""
    """Of `begin`."""


@dataclass(frozen=True)
class ProgressParams:
    token: str
    value: ProgressValue


# ---------------------------------------------------------------- heatline/compare


@dataclass(frozen=True, kw_only=True)
class CompareParams(ExplainOptions):
    """Several methods, or several targets, on one sample. The targets of a method share its forward passes."""

    model: ModelRef
    sample: SampleRef
    methods: list[Method] = field(default_factory=lambda: ["integrated"])
    """Each once. Options that are for some of them are left out for the others."""
    targets: list[Target] = field(default_factory=lambda: [None])


@dataclass(frozen=True)
class Comparison:
    explanations: list[Explanation]
    """For each method, one of each target."""


# ---------------------------------------------------------------- heatline/average


@dataclass(frozen=True)
class AveragePlan:
    """What repeats an average exactly."""

    sizes: list[list[int]]
    """[n, size]: from the n-th micro-batch on each has this size, in samples (for texts in tokens)."""
    window: int = 0
    """Tokens that are read together, to find equally long texts; 0 where all samples have one shape."""


@dataclass(frozen=True)
class AverageParams:
    """What a model makes of its inputs on average over a data set."""

    model: ModelRef
    data: DataRef
    classes: list[ClassName] | None = None
    """All of them when absent, of a model that has at most 20."""
    score: Score = "logit"
    limit: int | None = None
    """Samples, at most."""
    text_column: str | None = None
    """Of a file; found by its usual names when absent, like the next one."""
    label_column: str | None = None
    agreement: bool = True
    """Measure how often the linear classifier made of the averages agrees with the model: another pass."""
    plan: AveragePlan | None = None
    """Of a result, to repeat it."""
    seed: int = 0
    device: str | None = None
    job: str | None = None
    """As of `heatline/explain`; better pictures come as `heatline/updateAverage`."""


@dataclass(frozen=True)
class AverageFeature:
    """A word or a column, and what it does to a class on average."""

    name: str
    average: float
    """Of a word gradient . embedding where it occurs; of a column the gradient."""
    length: float | None
    """Of a word the average length of the gradient; null for a column."""
    count: int
    """How often the word occurs; the samples, for a column."""


@dataclass(frozen=True)
class AverageClass:
    """A class whose score was differentiated."""

    index: int
    label: str
    score: float
    """Its average over the samples."""
    constant: float
    """b of the linear classifier."""
    features: list[AverageFeature]
    """The words or columns that speak most for the class and most against it, the largest average first, at most 200;
    empty for images."""


@dataclass(frozen=True)
class Average:
    """Global average gradients."""

    version: str
    status: Literal["preview", "final"]
    model: str
    data: str
    kind: SampleKind
    score: Score
    classes: list[AverageClass]
    maps: EncodedArray | None
    """(classes, height, width): the mean Jacobian, summed over channels; null but for images."""
    magnitudes: EncodedArray | None
    """The same with the absolute values summed."""
    samples: int
    """How many were averaged over."""
    agreement: float | None
    """Share of the samples for which the linear classifier names the same class as the model; null where it was not
    measured."""
    accuracy: float | None
    """Share of the labelled samples that the model gets right; null without labels."""
    linear_accuracy: float | None
    seconds: float
    device: str
    dtype: str
    seed: int
    notes: list[str]
    plan: AveragePlan


@dataclass(frozen=True)
class UpdateAverageParams:
    """`heatline/updateAverage`: an average over more of the samples. It replaces the one before."""

    job: str
    seq: int
    average: Average


# ---------------------------------------------------------------- heatline/static, heatline/export


@dataclass(frozen=True)
class StaticParams:
    """`heatline/static`: a finished explanation in forms that any viewer shows, for saved notebooks and hovers."""

    job: str
    """The token of the `heatline/explain` request. The agent remembers the last few."""
    max_width: int = 800
    """Pixels of the PNG."""
    bare: bool = False
    """Whether the PNG of an image is its heatmap alone, over the photo, as a hover has room for."""


@dataclass(frozen=True)
class StaticResult:
    text: str
    html: str
    """Script-free and self-contained."""
    png: str | None
    """Base64; null where Pillow is not loaded."""


ExportFormat = Literal["png", "html", "gif", "npz", "json"]
"""`gif`: the interior gradients on the way, of one explanation. `npz`: the full result in full precision, for
`attribution_core.load`. `json`: the result as of this protocol, its arrays in full precision."""


@dataclass(frozen=True)
class ExportParams:
    """`heatline/export`: a finished result as a file."""

    job: str
    """The token of the explain, compare or average request. The agent remembers the last few."""
    format: ExportFormat
    index: int | None = None
    """Which of a comparison's explanations; all of them side by side when absent."""
    show: Literal["magnitude", "signed"] = "magnitude"
    """What a picture of an image attribution shows."""
    theme: Literal["light", "dark"] = "light"
    """Of pictures."""
    max_width: int = 900
    """Of pictures, in pixels."""


@dataclass(frozen=True)
class ExportResult:
    name: str
    """A file name to offer, such as `flowers-cat-integrated.png`."""
    mime: str
    data: str
    """The file's bytes in base64."""


# ---------------------------------------------------------------- source text


@dataclass(frozen=True)
class LocateParams:
    """`heatline/locate`: what stands at a place in program text. Nothing is run to answer."""

    source: str
    offset: int
    """UTF-16 code units."""


@dataclass(frozen=True)
class Located:
    kind: Literal["string", "name", "nothing"]
    start: int
    """UTF-16 code units into the source, of the whole literal (with its quotes) or name."""
    end: int
    text: str
    """The literal's value (an f-string's constant parts), or the name (dotted names whole)."""
    image: bool = False
    """The value reads like a path of an image file."""


@dataclass(frozen=True)
class Span:
    start: int
    """Code points into the literal's value."""
    end: int


@dataclass(frozen=True)
class InlineParams:
    """`heatline/inlineAttributions`: where parts of a string literal's value stand in the source."""

    source: str
    offset: int
    """Anywhere inside the literal; UTF-16 code units."""
    spans: list[Span]


@dataclass(frozen=True)
class InlineRange:
    span: int
    """Index into `spans`; a span that crosses literals of a concatenation gives several ranges."""
    start: int
    """UTF-16 code units into the source."""
    end: int


@dataclass(frozen=True)
class InlineResult:
    ranges: list[InlineRange]


# ---------------------------------------------------------------- errors

ErrorKind = Literal[
    "bad-input",
    "user-code",
    "stale-handle",
    "no-torch",
    "no-model",
    "no-token",
    "version",
    "agent-died",
    "busy",
    "cancelled",
    "protocol",
    "internal",
    "parse",
    "invalid-request",
    "unknown-method",
    "not-initialized",
]

ERROR_CODES: dict[str, int] = {
    "bad-input": -32010,
    "user-code": -32011,
    "stale-handle": -32012,
    "no-torch": -32013,
    "no-model": -32014,
    "version": -32015,
    "agent-died": -32016,
    "busy": -32017,
    "no-token": -32018,
    "cancelled": -32800,
    "protocol": -32602,
    "internal": -32603,
    "parse": -32700,
    "invalid-request": -32600,
    "unknown-method": -32601,
    "not-initialized": -32002,
}
"""Error codes by kind; those of JSON-RPC and of the Language Server Protocol where these have one. `protocol`: the
parameters do not fit the method. `no-token`: a `heatline serve` wants another token. `user-code`: the person's own code
raised. `internal`: heatline's fault."""


@dataclass(frozen=True)
class ErrorData:
    kind: ErrorKind
    next_step: str = ""
    """What the person can do; empty where nothing is known."""
    traceback: str = ""
    """Of the user's own code, for the log."""


@dataclass(frozen=True)
class ErrorObject:
    """A JSON-RPC error object."""

    code: int
    message: str
    """One line that names the value that was wrong."""
    data: ErrorData


# ---------------------------------------------------------------- jobs that are pulled


@dataclass(frozen=True)
class StartParams:
    """`job/start`: for carriers without a stream (a kernel, a paused program)."""

    method: str
    """A method of this protocol."""
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class StartResult:
    job: str


@dataclass(frozen=True)
class StepParams:
    """`job/step`: compute for about `budget_ms` and say what came of it."""

    job: str
    budget_ms: float = 100.0


@dataclass(frozen=True)
class DropParams:
    """`job/drop`: the client asks no more; the job's memory is freed."""

    job: str


@dataclass(frozen=True)
class ProgressEvent:
    kind: Literal["progress"]
    progress: ProgressValue


@dataclass(frozen=True)
class UpdateEvent:
    kind: Literal["update"]
    progress: ProgressValue
    update: UpdateParams


@dataclass(frozen=True)
class UpdateAverageEvent:
    kind: Literal["update-average"]
    progress: ProgressValue
    update: UpdateAverageParams


@dataclass(frozen=True)
class DoneEvent:
    kind: Literal["done"]
    result: dict[str, object]
    """The method's result."""


@dataclass(frozen=True)
class FailedEvent:
    kind: Literal["failed"]
    error: ErrorObject


JobEvent = Union[ProgressEvent, UpdateEvent, UpdateAverageEvent, DoneEvent, FailedEvent]


# ---------------------------------------------------------------- heatline/agentCode


@dataclass(frozen=True)
class AgentCodeParams:
    """`heatline/agentCode`: the agent as program text, for a front end that brings it into a live session. Asked of the
    language server; in JupyterLab of jupyter_server."""

    session: Literal["kernel", "debuggee"]


@dataclass(frozen=True)
class KernelCode:
    """How an agent gets into a Jupyter kernel."""

    session: Literal["kernel"]
    version: str
    """Of the agent."""
    code: str
    """To be executed once, silently. It binds no name, and is an expression."""
    module: str
    """The key in `sys.modules` of the module whose `answer(request)` is called from then on, as a user expression of a
    silent execute request; `request` is JSON text. The response comes under the MIME type `RPC_MIME`."""
    shield: str
    """The code of a silent execute request through a subshell while the main shell runs a cell, which it keeps from
    noticing; its user expression is `listen()` of the module, or `(CODE, listen())`. From then on the kernel answers
    messages of the type `MODULE_request` through subshells, with the content `{"request": request}`, by `MODULE_reply`
    with `{"running": bool, "response": response}`; for the request null it only says whether a cell is running."""


@dataclass(frozen=True)
class DebuggeeCode:
    """How an agent gets into a program paused by debugpy: by `evaluate` requests with a frame, context `clipboard`.

    All are expressions. Each takes about 150 ms at most: debugpy prints an expression that runs for over 3 s, and what
    the person does meanwhile waits for the one under way only."""

    session: Literal["debuggee"]
    version: str
    """Of the agent."""
    present: str
    """`True` where this agent is already there; nothing else is needed then."""
    expressions: list[str]
    """To be evaluated in order."""
    ready: str
    """To be evaluated again and again until it is `True`."""
    module: str
    """The key in `sys.modules` of the module whose `answer('...')` is evaluated from then on; request and response are
    JSON text in base64."""


AgentCode = Union[KernelCode, DebuggeeCode]


# ---------------------------------------------------------------- what answers what


@dataclass(frozen=True)
class Empty:
    """No parameters, or no result."""


REQUESTS: dict[str, tuple[type, type]] = {
    "heatline/initialize": (InitializeParams, InitializeResult),
    "heatline/models": (ModelsParams, ModelsResult),
    "heatline/samples": (SamplesParams, SamplesResult),
    "heatline/batch": (BatchParams, BatchResult),
    "heatline/provenance": (ProvenanceParams, Provenance),
    "heatline/predict": (PredictParams, Prediction),
    "heatline/explain": (ExplainParams, Explanation),
    "heatline/compare": (CompareParams, Comparison),
    "heatline/average": (AverageParams, Average),
    "heatline/static": (StaticParams, StaticResult),
    "heatline/export": (ExportParams, ExportResult),
    "heatline/locate": (LocateParams, Located),
    "heatline/inlineAttributions": (InlineParams, InlineResult),
    "heatline/agentCode": (AgentCodeParams, AgentCode),  # type: ignore[dict-item]
    "heatline/shutdown": (Empty, Empty),
    "job/start": (StartParams, StartResult),
    "job/step": (StepParams, JobEvent),  # type: ignore[dict-item]
    "job/drop": (DropParams, Empty),
}
"""Method -> (parameters, result)."""

NOTIFICATIONS: dict[str, type] = {
    "$/progress": ProgressParams,
    "heatline/update": UpdateParams,
    "heatline/updateAverage": UpdateAverageParams,
}
"""Agent to client: method -> parameters."""
