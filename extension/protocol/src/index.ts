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

/** Names one live object. A handle whose object is gone is answered with `stale-handle`. */
export interface Handle {
  /** The agent that gave the handle; a restarted kernel has another one. */
  session: string;
  /** The object's number within the session; never given to a second object. */
  object: number;
}

/** A model that a function makes. */
export interface FactoryModel {
  kind: "factory";
  /** `path/to/file.py:function` (relative to the agent's root) or `package.module:function`. */
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

/** An image file, or a text file in UTF-8. */
export interface FileSample {
  kind: "file";
  /** Absolute, or relative to the agent's root (a kernel's working directory). */
  path: string;
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

/** A variable alive in the session: a tensor, an array, a picture, a string. */
export interface LiveSample {
  kind: "live";
  handle: Handle;
}

export type ModelRef = FactoryModel | NamedModel | LiveModel;

export type SampleRef = FileSample | TextSample | BytesSample | ArraySample | LiveSample;

export interface InitializeParams {
  /** The client's heatline version. */
  version: string;
  /** The client's `PROTOCOL`. */
  protocol: number;
  /** The folder that relative paths start from; the agent's working directory when absent. */
  root?: string | null;
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
  /** Language server: the workspace folder (a path) to look in; every folder when absent. */
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
}

export interface SampleInfo {
  ref: SampleRef;
  name: string;
  /** Such as `Tensor 1x3x224x224 float32` or the first words of a text. */
  detail: string;
  inputs: SampleKind;
}

export interface SamplesResult {
  /** Best first. */
  samples: SampleInfo[];
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

export interface ExplainParams {
  model: ModelRef;
  sample: SampleRef;
  method?: Method;
  /** A class by index or label; two of them for the difference between the first and the second; the most probable
   * one when absent. */
  target?: number | string | (number | string)[] | null;
  /** Which scalar of the target is explained. */
  score?: Score;
  /** A baseline's name; the input kind's own default when absent (black image, zero embedding). */
  baseline?: string | null;
  /** Gradients to spend, along each path where there are several; the method's default when absent. */
  steps?: number | null;
  /** The token of `$/progress` and `heatline/update` for this request; absent: neither is sent. */
  job?: string | null;
}

/** Numbers in base64. Element i is `scale * integer_i`. */
export interface EncodedArray {
  /** Little-endian. */
  dtype: "int16";
  /** Row-major. */
  shape: number[];
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

/** What repeats the computation exactly. */
export interface Plan {
  /** The quadrature rule; `point` for a plain gradient. */
  rule: string;
  /** Positions on the path from the baseline (0) to the sample (1). */
  points: number[];
  weights: number[];
  /** The largest micro-batch that was used. */
  batch: number;
  memory_format: "contiguous" | "channels_last";
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
  /** From 0; never repeated. */
  seq: number;
  explanation: Explanation;
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

/** `heatline/static`: a finished explanation in forms that any viewer shows, for saved notebooks and hovers. */
export interface StaticParams {
  /** The token of the `heatline/explain` request. The agent remembers the last few. */
  job: string;
  /** Pixels of the PNG. */
  max_width?: number;
}

export interface StaticResult {
  text: string;
  /** Script-free and self-contained. */
  html: string;
  /** Base64; null where Pillow is not loaded. */
  png: string | null;
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

export type ErrorKind = "bad-input" | "user-code" | "stale-handle" | "no-torch" | "no-model" | "version" | "agent-died" | "busy" | "cancelled" | "protocol" | "internal";

/** JSON-RPC error codes by kind. Unknown methods are -32601 and unreadable JSON -32700, as in JSON-RPC. */
export const ERROR_CODES = {
  "bad-input": -32010,
  "user-code": -32011,
  "stale-handle": -32012,
  "no-torch": -32013,
  "no-model": -32014,
  "version": -32015,
  "agent-died": -32016,
  "busy": -32017,
  "cancelled": -32800,
  "protocol": -32602,
  "internal": -32603
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

export interface DoneEvent {
  kind: "done";
  /** The method's result. */
  result: Record<string, unknown>;
}

export interface FailedEvent {
  kind: "failed";
  error: ErrorObject;
}

export type JobEvent = ProgressEvent | UpdateEvent | DoneEvent | FailedEvent;

/** No parameters, or no result. */
export interface Empty {
}

/** Method -> (parameters, result). */
export interface Requests {
  "heatline/initialize": { params: InitializeParams; result: InitializeResult };
  "heatline/models": { params: ModelsParams; result: ModelsResult };
  "heatline/samples": { params: SamplesParams; result: SamplesResult };
  "heatline/predict": { params: PredictParams; result: Prediction };
  "heatline/explain": { params: ExplainParams; result: Explanation };
  "heatline/static": { params: StaticParams; result: StaticResult };
  "heatline/locate": { params: LocateParams; result: Located };
  "heatline/inlineAttributions": { params: InlineParams; result: InlineResult };
  "job/start": { params: StartParams; result: StartResult };
  "job/step": { params: StepParams; result: JobEvent };
  "job/drop": { params: DropParams; result: Empty };
}

/** Agent to client: method -> parameters. */
export interface Notifications {
  "$/progress": ProgressParams;
  "heatline/update": UpdateParams;
}
