// Written by `make codegen` from server/heatline/protocol.py. Do not edit.

export const VERSION = "0.1.0";

/** Raised whenever an older client or agent would misread a message. */
export const PROTOCOL = 1 as const;

/** The MIME type of an `Explanation` in a notebook's output. */
export const RESULT_MIME = "application/vnd.heatline+json" as const;

/** The MIME type under which an agent in a kernel hands back an answer. */
export const RPC_MIME = "application/vnd.heatline.rpc+json" as const;

export type SampleKind = "image" | "text" | "tabular" | "unknown";

export type Method = "gradient" | "input-x-gradient" | "interior" | "integrated" | "smoothgrad" | "smoothgrad-squared" | "vargrad";

/** `value`: of a regression. */
export type Score = "probability" | "logit" | "log-probability" | "value";

export type Rule = "midpoint" | "trapezoid" | "gauss-legendre" | "right-riemann";

/** A class by its index or its label. */
export type ClassName = number | string;

/** A class; two of them for the difference between the first and the second; null for the most probable class. */
export type Target = number | string | ClassName[] | null;

/** Names one live object. A handle whose object is gone is answered with `stale-handle`. */
export interface Handle {
  /** The agent that gave the handle; a restarted kernel has another one. */
  session: string;
  /** The object's number within the session; never given to a second object. */
  object: number;
}

/** A model that a function makes, or that stands in a file. */
export interface FactoryModel {
  kind: "factory";
  /** `path/to/file.py:function` (relative to the agent's root), `package.module:function`, `weights@` one of these, a
   * model's file, a folder of transformers, or a name of `[tool.heatline.models]` in pyproject.toml. */
  spec: string;
}

/** A model that the agent serves under a name: see `heatline serve`. */
export interface NamedModel {
  kind: "named";
  name: string;
}

/** A module, or a `heatline.Model`, alive in the session. */
export interface LiveModel {
  kind: "live";
  handle: Handle;
}

/** An image file, a text file in UTF-8, or a row of a table. */
export interface FileSample {
  kind: "file";
  /** Absolute, or relative to the agent's root (a kernel's working directory). */
  path: string;
  /** Of a .csv or .tsv file, from 1; the line with the names of the columns does not count. */
  row?: number | null;
}

/** A text by value. */
export interface TextSample {
  kind: "text";
  text: string;
}

/** A file by value: an image, or a text in UTF-8. */
export interface BytesSample {
  kind: "bytes";
  /** The file's name; its ending tells a text (`.txt`, `.md`, `.text`, `.rst`) from an image. */
  name: string;
  /** Base64. */
  data: string;
}

/** A tensor by value, as the model's own input. */
export interface ArraySample {
  kind: "array";
  /** What a person calls it. */
  name: string;
  /** Little-endian. */
  dtype: "uint8" | "int32" | "int64" | "float16" | "float32" | "float64";
  /** Row-major. */
  shape: number[];
  /** Base64. */
  data: string;
}

/** A row of a table by value. */
export interface RowSample {
  kind: "row";
  /** Column -> value; without the names for a model whose columns have none. */
  values: Record<string, string | number> | (string | number)[];
}

/** A variable alive in the session: a tensor, an array, a picture, texts, tensors by name. */
export interface LiveSample {
  kind: "live";
  handle: Handle;
  /** One entry of a batch, from 0; null for all of the variable. */
  index?: number | null;
}

export type ModelRef = FactoryModel | NamedModel | LiveModel;

export type SampleRef = FileSample | TextSample | BytesSample | ArraySample | RowSample | LiveSample;

/** A data set: a folder, a .csv, .tsv or .jsonl file; or a `DataLoader` or another collection alive in the session. */
export type DataRef = FileSample | LiveSample;

export interface InitializeParams {
  /** The client's heatline version. */
  version: string;
  /** The client's `PROTOCOL`. */
  protocol: number;
  /** The folder that relative paths start from; the agent's working directory when absent. */
  root?: string | null;
  /** Bytes that models kept for the next request may take with their parameters, together; results may take a
   * sixteenth of it. 4 GiB when absent. The most recent model is kept whatever its size. */
  memory?: number | null;
}

export interface InitializeResult {
  version: string;
  protocol: number;
  /** A random name of this agent's life. */
  session: string;
  /** The interpreter's version, such as `3.12.1`. */
  python: string;
  executable: string;
  /** torch's version; null where it is not installed, and then every explanation is refused. */
  torch: string | null;
  /** torch devices that can compute, best first; empty without torch. */
  devices: string[];
}

export interface ModelsParams {
  /** The workspace folder (a path) to look in. When absent, a language server looks in every folder, an agent in its
   * own. An agent in a kernel lists what is alive there, and with `.` also what program text in its root makes. */
  root?: string | null;
}

export interface ModelInfo {
  ref: ModelRef;
  /** What a person calls it: the function's or the variable's name. */
  name: string;
  /** Where it comes from, or what it is: `models/flowers.py` or `Sequential, 1.2 M parameters`. */
  detail: string;
  /** What it reads, as far as that is known without running anything. */
  inputs: SampleKind;
  origin: "configured" | "source" | "live" | "served";
}

export interface ModelsResult {
  /** Best first. */
  models: ModelInfo[];
}

export interface SamplesParams {
  /** Samples that this model reads stand first. */
  model?: FactoryModel | NamedModel | LiveModel | null;
  /** `average`: loaders, data sets and batches, which `heatline/average` takes, instead of samples. */
  purpose?: "explain" | "average";
}

export interface SampleInfo {
  ref: SampleRef;
  name: string;
  /** Such as `Tensor 1x3x224x224 float32` or the first words of a text. */
  detail: string;
  inputs: SampleKind;
  /** How many samples it holds, of which one is to be picked (`heatline/batch`); null for one alone. */
  batch: number | null;
}

export interface SamplesResult {
  /** Best first. */
  samples: SampleInfo[];
}

/** `heatline/batch`: the entries of a batch, to pick one from. */
export interface BatchParams {
  sample: LiveSample;
  /** Its vocabulary tells what token ids spell. */
  model?: FactoryModel | NamedModel | LiveModel | null;
  first?: number;
  count?: number;
}

export interface BatchEntry {
  index: number;
  /** The first words of a text, or the first numbers of a row; empty for a picture. */
  detail: string;
  /** Of a picture, its values stretched from black to white; at most 127 pixels on the longer side. */
  thumbnail: EncodedImage | null;
}

export interface BatchResult {
  /** How many entries there are. */
  size: number;
  entries: BatchEntry[];
}

export interface PredictParams {
  model: ModelRef;
  sample: SampleRef;
  /** How many classes. */
  top?: number;
}

export interface ClassScore {
  /** The output unit, from 0. */
  index: number;
  label: string;
  /** Null for the values of a regression. */
  probability: number | null;
  /** Of a regression the value. */
  logit: number;
}

export interface Prediction {
  model: string;
  sample: string;
  inputs: SampleKind;
  /** Most probable first. */
  classes: ClassScore[];
  seconds: number;
  device: string;
  /** What a person should know, each a sentence: a text that was cut, a setting that was assumed. */
  notes: string[];
}

/** `heatline/provenance`: the live model and sample that made a prediction, in a kernel or a paused frame. */
export interface ProvenanceParams {
  /** The prediction as it is written: `pred`, `self.pred`, `out.logits`, `probs[0]`. */
  name: string;
  /** The entry of a batch that is asked about; null for the first one. */
  index?: number | null;
  /** The models that may be called, for who asks without a gesture of the person; any model when absent. */
  models?: LiveModel[] | null;
}

/** One number of a prediction. */
export interface OutputValue {
  index: number;
  /** The class, where it is known. */
  label: string;
  /** What the variable holds. */
  found: number;
  /** The same, computed again now in evaluation mode. */
  recomputed: number;
}

/** How a prediction's value compares with the recomputed one: the same; it came from train mode, or from autocast; its
 * sample or model has changed since; or train mode drew random numbers, so that nothing can be said. */
export type Agreement = "same" | "train-mode" | "autocast" | "changed" | "unknown";

export interface Provenance {
  name: string;
  model: ModelInfo;
  /** Of a batch its reference names the entry that was asked about, if one was. */
  sample: SampleInfo;
  /** The program's text, the graph that autograd recorded, or `heatline.watch`. */
  found_by: "source" | "graph" | "watch";
  /** What assigned the name, such as `pred = model(x)`; empty where the source does not say. */
  statement: string;
  agreement: Agreement;
  /** The agreement as one sentence. */
  message: string;
  /** The largest numbers of the prediction, at most five. */
  values: OutputValue[];
}

/** Micro-batches in a row that were alike. */
export interface PlanStep {
  count: number;
  points: number;
  channels_last?: boolean;
}

/** What repeats the computation exactly: given back in a request, with the same model, sample, target and
 * baseline, it gives the same numbers. Method, rule, points, seed and noise are then the plan's. */
export interface Plan {
  /** The quadrature rule; `point` for a plain gradient. */
  rule: string;
  /** Positions on the path from the baseline (0) to the sample (1). */
  points: number[];
  weights: number[];
  /** The largest micro-batch that was used. */
  batch: number;
  /** Of the last micro-batch. */
  memory_format: "contiguous" | "channels_last";
  /** For each evaluation on a path, in the order of time, which of the points it was. */
  order?: number[];
  /** Every micro-batch. Empty in plans of results that were saved before there was replay; they cannot be repeated. */
  steps?: PlanStep[];
  method?: string;
  seed?: number;
  /** Of methods over noisy copies, like the next two. */
  samples?: number | null;
  noise?: number | null;
  over?: string | null;
}

/** The settings of `heatline/explain` and `heatline/compare`; what is absent has the method's default. */
export interface ExplainOptions {
  /** Which scalar of the target is explained. */
  score?: Score;
  /** A baseline's name; the input kind's own default when absent (black image, zero embedding). */
  baseline?: string | null;
  /** Gradients to spend, along each path where there are several. */
  steps?: number | null;
  /** Instead of steps: refine until the estimated relative error of the map is at most this. */
  tolerance?: number | null;
  /** The quadrature rule, with steps. */
  rule?: Rule | null;
  /** Noisy copies of SmoothGrad and its kin. */
  samples?: number | null;
  /** Their standard deviation, as a share of (max - min) of the input. */
  noise?: number | null;
  /** What is averaged over noisy copies. */
  over?: "gradient" | "integrated" | null;
  /** Of the noise, and of random numbers that the model draws. */
  seed?: number;
  /** A torch device; where the model is when absent. */
  device?: string | null;
  /** The token of `$/progress` and `heatline/update` for this request, and the name under which the agent remembers
   * the result for `heatline/export`; absent: none of these. */
  job?: string | null;
}

export interface ExplainParams extends ExplainOptions {
  model: ModelRef;
  sample: SampleRef;
  method?: Method;
  target?: Target;
  /** Of a final result, to repeat it. */
  plan?: Plan | null;
}

/** Numbers in base64. Element i is `scale * number_i`.
 *
 * Never compressed: over a result of 8.6 MB that a pipe carries in 16 ms, zlib at its fastest takes 70 ms (two busy
 * cores, `benchmarks/agent.py`), although it leaves 3 % of it. */
export interface EncodedArray {
  /** Little-endian. `int16` for the screen: exact to 1.5e-5 of the largest value. Floats in exports. */
  dtype: "int16" | "float32" | "float64";
  /** Row-major. */
  shape: number[];
  /** 1 for floats. */
  scale: number;
  data: string;
}

/** A picture in base64. */
export interface EncodedImage {
  /** `rgb`: width x height x 3 bytes, row by row, where no encoder is at hand. */
  format: "png" | "jpeg" | "rgb";
  width: number;
  height: number;
  data: string;
}

/** An attribution over an image. */
export interface ImagePicture {
  kind: "image";
  /** What the person gave, upright, in its own aspect ratio. */
  photo: EncodedImage;
  /** [left, top, right, bottom], the part of the photo that the map lies on, as fractions of it. */
  region: number[];
  /** (height, width) at the model's input size: the attribution summed over channels. */
  signed: EncodedArray;
  /** (height, width): the sum over channels of the absolute attribution. */
  magnitude: EncodedArray;
}

export interface TokenScore {
  text: string;
  /** Code points into the text; equal to `end` for a token that stands for no characters. */
  start: number;
  end: number;
  /** Attribution, summed over the embedding. */
  score: number;
}

/** An attribution over a text. */
export interface TextPicture {
  kind: "text";
  text: string;
  tokens: TokenScore[];
  /** Tokens added up to words, in order. */
  words: TokenScore[];
}

export interface ColumnScore {
  name: string;
  /** The row's value in the column, as a person reads it. */
  value: string;
  score: number;
}

/** An attribution over a row of a table. */
export interface TabularPicture {
  kind: "tabular";
  /** In the table's order; the features of a category added up. */
  columns: ColumnScore[];
}

export type Picture = ImagePicture | TextPicture | TabularPicture;

/** A class, and its logit along a path. */
export interface ClassCurve {
  index: number;
  label: string;
  /** One per scale. */
  logits: number[];
}

/** What happens on the way from the baseline to the sample. */
export interface PathData {
  /** Increasing: 0 is the baseline, 1 the sample. At least one. */
  scales: number[];
  /** The explained score at each scale. */
  scores: number[];
  /** The sample's most probable classes. */
  classes: ClassCurve[];
  /** The sum over all features of the gradient's absolute value at each scale. */
  magnitudes: number[];
  /** Scales of the interior maps, at most 16. */
  map_scales: number[];
  /** Interior gradients times the way from the baseline: (maps, height, width) for an image, coarser than its other
   * maps; (maps, tokens) for a text; (maps, columns) for a row. Null where none were kept. */
  maps: EncodedArray | null;
}

export interface TargetScore {
  index: number;
  /** Of a difference such as `cat rather than dog`. */
  label: string;
  score: Score;
  /** The score at the sample. */
  value: number;
  /** The score at the baseline; null for methods without one. */
  baseline_value: number | null;
  /** The class that was subtracted; null where it is no difference. */
  against: number | null;
}

/** Attributions should add up to what the score gained over the baseline. */
export interface Completeness {
  /** score(sample) - score(baseline) */
  expected: number;
  /** The sum of all attributions. */
  total: number;
  /** |total - expected| / |expected| */
  relative_error: number;
}

export interface Explanation {
  /** The heatline version that computed this. */
  version: string;
  status: "preview" | "final";
  model: string;
  sample: string;
  method: Method;
  target: TargetScore;
  /** The most probable classes, at most five. */
  classes: ClassScore[];
  baseline: string | null;
  /** Null for methods that promise none. */
  completeness: Completeness | null;
  /** Estimated relative L1 error of the map; null where it is not estimated. */
  map_error: number | null;
  gradient_evaluations: number;
  seconds: number;
  device: string;
  dtype: string;
  seed: number;
  notes: string[];
  plan: Plan;
  picture: Picture;
  /** Null for methods that follow no path. */
  path: PathData | null;
}

/** `heatline/update`: a better picture of a job still under way. It replaces the one before. */
export interface UpdateParams {
  job: string;
  /** From 0; never repeated within the job. */
  seq: number;
  explanation: Explanation;
  /** Which of a comparison's explanations it is. */
  index: number;
}

/** The value of `$/progress`; a work-done report of the Language Server Protocol. */
export interface ProgressValue {
  kind: "begin" | "report" | "end";
  message: string;
  /** 0 to 100. */
  percentage: number;
  /** An estimate; null while none can be made. */
  seconds_left: number | null;
  /** Of `begin`. */
  title: string;
}

export interface ProgressParams {
  token: string;
  value: ProgressValue;
}

/** Several methods, or several targets, on one sample. The targets of a method share its forward passes. */
export interface CompareParams extends ExplainOptions {
  model: ModelRef;
  sample: SampleRef;
  /** Each once. Options that are for some of them are left out for the others. */
  methods?: Method[];
  targets?: Target[];
}

export interface Comparison {
  /** For each method, one of each target. */
  explanations: Explanation[];
}

/** What repeats an average exactly. */
export interface AveragePlan {
  /** [n, size]: from the n-th micro-batch on each has this size, in samples (for texts in tokens). */
  sizes: number[][];
  /** Tokens that are read together, to find equally long texts; 0 where all samples have one shape. */
  window?: number;
}

/** What a model makes of its inputs on average over a data set. */
export interface AverageParams {
  model: ModelRef;
  data: DataRef;
  /** All of them when absent, of a model that has at most 20. */
  classes?: ClassName[] | null;
  score?: Score;
  /** Samples, at most. */
  limit?: number | null;
  /** Of a file; found by its usual names when absent, like the next one. */
  text_column?: string | null;
  label_column?: string | null;
  /** Measure how often the linear classifier made of the averages agrees with the model: another pass. */
  agreement?: boolean;
  /** Of a result, to repeat it. */
  plan?: AveragePlan | null;
  seed?: number;
  device?: string | null;
  /** As of `heatline/explain`; better pictures come as `heatline/updateAverage`. */
  job?: string | null;
}

/** A word or a column, and what it does to a class on average. */
export interface AverageFeature {
  name: string;
  /** Of a word gradient . embedding where it occurs; of a column the gradient. */
  average: number;
  /** Of a word the average length of the gradient; null for a column. */
  length: number | null;
  /** How often the word occurs; the samples, for a column. */
  count: number;
}

/** A class whose score was differentiated. */
export interface AverageClass {
  index: number;
  label: string;
  /** Its average over the samples. */
  score: number;
  /** b of the linear classifier. */
  constant: number;
  /** The words or columns that speak most for the class and most against it, the largest average first, at most 200;
   * empty for images. */
  features: AverageFeature[];
}

/** Global average gradients. */
export interface Average {
  version: string;
  status: "preview" | "final";
  model: string;
  data: string;
  kind: SampleKind;
  score: Score;
  classes: AverageClass[];
  /** (classes, height, width): the mean Jacobian, summed over channels; null but for images. */
  maps: EncodedArray | null;
  /** The same with the absolute values summed. */
  magnitudes: EncodedArray | null;
  /** How many were averaged over. */
  samples: number;
  /** Share of the samples for which the linear classifier names the same class as the model; null where it was not
   * measured. */
  agreement: number | null;
  /** Share of the labelled samples that the model gets right; null without labels. */
  accuracy: number | null;
  linear_accuracy: number | null;
  seconds: number;
  device: string;
  dtype: string;
  seed: number;
  notes: string[];
  plan: AveragePlan;
}

/** `heatline/updateAverage`: an average over more of the samples. It replaces the one before. */
export interface UpdateAverageParams {
  job: string;
  seq: number;
  average: Average;
}

/** `heatline/static`: a finished explanation in forms that any viewer shows, for saved notebooks and hovers. */
export interface StaticParams {
  /** The token of the `heatline/explain` request. The agent remembers the last few. */
  job: string;
  /** Pixels of the PNG. */
  max_width?: number;
  /** Whether the PNG of an image is its heatmap alone, over the photo, as a hover has room for. */
  bare?: boolean;
}

export interface StaticResult {
  text: string;
  /** Script-free and self-contained. */
  html: string;
  /** Base64; null where Pillow is not loaded. */
  png: string | null;
}

/** `gif`: the interior gradients on the way, of one explanation. `npz`: the full result in full precision, for
 * `attribution_core.load`. `json`: the result as of this protocol, its arrays in full precision. */
export type ExportFormat = "png" | "html" | "gif" | "npz" | "json";

/** `heatline/export`: a finished result as a file. */
export interface ExportParams {
  /** The token of the explain, compare or average request. The agent remembers the last few. */
  job: string;
  format: ExportFormat;
  /** Which of a comparison's explanations; all of them side by side when absent. */
  index?: number | null;
  /** What a picture of an image attribution shows. */
  show?: "magnitude" | "signed";
  /** Of pictures. */
  theme?: "light" | "dark";
  /** Of pictures, in pixels. */
  max_width?: number;
}

export interface ExportResult {
  /** A file name to offer, such as `flowers-cat-integrated.png`. */
  name: string;
  mime: string;
  /** The file's bytes in base64. */
  data: string;
}

/** `heatline/locate`: what stands at a place in program text. Nothing is run to answer. */
export interface LocateParams {
  source: string;
  /** UTF-16 code units. */
  offset: number;
}

export interface Located {
  kind: "string" | "name" | "nothing";
  /** UTF-16 code units into the source, of the whole literal (with its quotes) or name. */
  start: number;
  end: number;
  /** The literal's value (an f-string's constant parts), or the name (dotted names whole). */
  text: string;
  /** The value reads like a path of an image file. */
  image: boolean;
}

export interface Span {
  /** Code points into the literal's value. */
  start: number;
  end: number;
}

/** `heatline/inlineAttributions`: where parts of a string literal's value stand in the source. */
export interface InlineParams {
  source: string;
  /** Anywhere inside the literal; UTF-16 code units. */
  offset: number;
  spans: Span[];
}

export interface InlineRange {
  /** Index into `spans`; a span that crosses literals of a concatenation gives several ranges. */
  span: number;
  /** UTF-16 code units into the source. */
  start: number;
  end: number;
}

export interface InlineResult {
  ranges: InlineRange[];
}

export type ErrorKind = "bad-input" | "user-code" | "stale-handle" | "no-torch" | "no-model" | "no-token" | "version" | "agent-died" | "busy" | "cancelled" | "protocol" | "internal" | "parse" | "invalid-request" | "unknown-method" | "not-initialized";

/** Error codes by kind; those of JSON-RPC and of the Language Server Protocol where these have one. `protocol`: the
 * parameters do not fit the method. `no-token`: a `heatline serve` wants another token. `user-code`: the person's own code
 * raised. `internal`: heatline's fault. */
export const ERROR_CODES = {
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
  "not-initialized": -32002
} as const;

export interface ErrorData {
  kind: ErrorKind;
  /** What the person can do; empty where nothing is known. */
  next_step: string;
  /** Of the user's own code, for the log. */
  traceback: string;
}

/** A JSON-RPC error object. */
export interface ErrorObject {
  code: number;
  /** One line that names the value that was wrong. */
  message: string;
  data: ErrorData;
}

/** `job/start`: for carriers without a stream (a kernel, a paused program). */
export interface StartParams {
  /** A method of this protocol. */
  method: string;
  params?: Record<string, unknown>;
}

export interface StartResult {
  job: string;
}

/** `job/step`: compute for about `budget_ms` and say what came of it. */
export interface StepParams {
  job: string;
  budget_ms?: number;
}

/** `job/drop`: the client asks no more; the job's memory is freed. */
export interface DropParams {
  job: string;
}

export interface ProgressEvent {
  kind: "progress";
  progress: ProgressValue;
}

export interface UpdateEvent {
  kind: "update";
  progress: ProgressValue;
  update: UpdateParams;
}

export interface UpdateAverageEvent {
  kind: "update-average";
  progress: ProgressValue;
  update: UpdateAverageParams;
}

export interface DoneEvent {
  kind: "done";
  /** The method's result. */
  result: Record<string, unknown>;
}

export interface FailedEvent {
  kind: "failed";
  error: ErrorObject;
}

export type JobEvent = ProgressEvent | UpdateEvent | UpdateAverageEvent | DoneEvent | FailedEvent;

/** `heatline/agentCode`: the agent as program text, for a front end that brings it into a live session. Asked of the
 * language server; in JupyterLab of jupyter_server. */
export interface AgentCodeParams {
  session: "kernel" | "debuggee";
}

/** How an agent gets into a Jupyter kernel. */
export interface KernelCode {
  session: "kernel";
  /** Of the agent. */
  version: string;
  /** To be executed once, silently. It binds no name, and is an expression. */
  code: string;
  /** The key in `sys.modules` of the module whose `answer(request)` is called from then on, as a user expression of a
   * silent execute request; `request` is JSON text. The response comes under the MIME type `RPC_MIME`. */
  module: string;
  /** The code of a silent execute request through a subshell while the main shell runs a cell, which it keeps from
   * noticing; its user expression is `listen()` of the module, or `(CODE, listen())`. From then on the kernel answers
   * messages of the type `MODULE_request` through subshells, with the content `{"request": request}`, by `MODULE_reply`
   * with `{"running": bool, "response": response}`; for the request null it only says whether a cell is running. */
  shield: string;
}

/** How an agent gets into a program paused by debugpy: by `evaluate` requests with a frame, context `clipboard`.
 *
 * All are expressions. Each takes about 150 ms at most: debugpy prints an expression that runs for over 3 s, and what
 * the person does meanwhile waits for the one under way only. */
export interface DebuggeeCode {
  session: "debuggee";
  /** Of the agent. */
  version: string;
  /** `True` where this agent is already there; nothing else is needed then. */
  present: string;
  /** To be evaluated in order. */
  expressions: string[];
  /** To be evaluated again and again until it is `True`. */
  ready: string;
  /** The key in `sys.modules` of the module whose `answer('...')` is evaluated from then on; request and response are
   * JSON text in base64. */
  module: string;
}

export type AgentCode = KernelCode | DebuggeeCode;

/** No parameters, or no result. */
export interface Empty {
}

/** Method -> (parameters, result). */
export interface Requests {
  "heatline/initialize": { params: InitializeParams; result: InitializeResult };
  "heatline/models": { params: ModelsParams; result: ModelsResult };
  "heatline/samples": { params: SamplesParams; result: SamplesResult };
  "heatline/batch": { params: BatchParams; result: BatchResult };
  "heatline/provenance": { params: ProvenanceParams; result: Provenance };
  "heatline/predict": { params: PredictParams; result: Prediction };
  "heatline/explain": { params: ExplainParams; result: Explanation };
  "heatline/compare": { params: CompareParams; result: Comparison };
  "heatline/average": { params: AverageParams; result: Average };
  "heatline/static": { params: StaticParams; result: StaticResult };
  "heatline/export": { params: ExportParams; result: ExportResult };
  "heatline/locate": { params: LocateParams; result: Located };
  "heatline/inlineAttributions": { params: InlineParams; result: InlineResult };
  "heatline/agentCode": { params: AgentCodeParams; result: AgentCode };
  "heatline/shutdown": { params: Empty; result: Empty };
  "job/start": { params: StartParams; result: StartResult };
  "job/step": { params: StepParams; result: JobEvent };
  "job/drop": { params: DropParams; result: Empty };
}

/** Agent to client: method -> parameters. */
export interface Notifications {
  "$/progress": ProgressParams;
  "heatline/update": UpdateParams;
  "heatline/updateAverage": UpdateAverageParams;
}
