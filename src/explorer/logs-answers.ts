import type { MetaJson } from "../archive/meta-json.ts";
import type { MaskedKind } from "../derive/redaction/edit.ts";

/** `GET /api/search`, with the options of `archive find` as parameters: JSON lines, each a part of the answer. */
export interface SearchPart {
  /** Found since the part before, the newest first; over all parts at most as many as were asked for. */
  readonly rows: readonly SearchRow[];
  /** Of all that was found so far. */
  readonly histogram: HistogramAnswer;
  /** Of all that was found, in the last part only: nothing changes its place below a cursor. */
  readonly facets: readonly FacetAnswer[];
  /** Lines that were looked at, and the stored bytes that took. */
  readonly looked_lines: number;
  readonly looked_bytes: number;
  /** Lines that were found; the facets are of these. */
  readonly found: number;
  /** True in the last part. */
  readonly is_done: boolean;
  /** True where everything was looked at that could hold a line. */
  readonly is_whole: boolean;
  /** What has to be known, in whole sentences. */
  readonly remarks: readonly string[];
}

/** Lines by time, in equal steps from `from` on. */
export interface HistogramAnswer {
  /** RFC 3339. */
  readonly from: string;
  readonly step_ms: number;
  readonly counts: readonly number[];
  /** True where it holds all lines of the span, also those that were not looked at. */
  readonly is_of_all: boolean;
}

/** The most frequent values of one thing that lines say. */
export interface FacetAnswer {
  readonly name: FacetName;
  /** The most frequent first, at most 100. */
  readonly values: readonly FacetValue[];
  /** How many more values there are, at least. */
  readonly more: number;
}

export type FacetName = "status_class" | "status" | "controller" | "what" | "log" | "event" | "group" | "user";

export interface FacetValue {
  readonly value: string;
  readonly count: number;
  /** The parameters of a search for it, beside those that stand: `[["field", "controller=Projects"], …]`. */
  readonly conditions: readonly (readonly [name: string, value: string])[];
}

/** A line in a table; null is what it does not say. */
export interface SearchRow extends LineFacts {
  readonly id: string;
  readonly log: string;
  /** RFC 3339. */
  readonly time: string | null;
  readonly duration_ms: number | null;
  /** Of the raw line. */
  readonly size_bytes: number;
  /** Why it is no record; null where it is one. */
  readonly reason: string | null;
}

/** What a line says of the work that it is about. */
export interface LineFacts {
  /** Of HTTP. */
  readonly status: string | null;
  /** How a job or a call ended, where there is no status. */
  readonly outcome: string | null;
  /** What was asked: `Projects::BlobController#show`, `/api/:version/projects`, the class of a job, the method of a call. */
  readonly what: string | null;
  /** Fields by whose values such lines are found. */
  readonly what_fields: readonly string[];
  /** Without its action. */
  readonly controller: string | null;
  readonly method: string | null;
  readonly path: string | null;
  /** `id:101` or `name:alice`. */
  readonly user: string | null;
  readonly group: string | null;
  readonly project: string | null;
  readonly correlation_id: string | null;
  readonly events: readonly string[];
}

/** `GET /api/line?id=`: what the archive has of an id. */
export interface LineAnswer {
  readonly id: string;
  /** The one that counts is the first; none where no line has the id. */
  readonly variants: readonly LineVariant[];
  readonly remarks: readonly string[];
}

/** One line with the id. */
export interface LineVariant {
  readonly row: SearchRow;
  readonly meta: MetaJson;
  /** Filing hour, RFC 3339 or `undated`. */
  readonly hour: string;
  /** SHA-256 of 0x00 and the line, in hex. */
  readonly hash: string;
  /** True where the id is made of the bytes: it was not given by whoever wrote the line. */
  readonly is_id_of_bytes: boolean;
  readonly raw: RawAnswer;
  /** Members of the record, in order: keys, and values as JSON texts, long ones cut. */
  readonly fields: readonly FieldAnswer[];
  /** As `explain --json` says it. */
  readonly explanation: ExplanationAnswer;
  /** Kinds of secrets that are masked in the index; null where that cannot be told. */
  readonly redactions: readonly MaskedKind[] | null;
  readonly place: PlaceAnswer;
}

export interface RawAnswer {
  /** UTF-8; broken bytes are U+FFFD. */
  readonly text: string;
  readonly is_utf8: boolean;
  /** True where the text is only the beginning. */
  readonly is_cut: boolean;
  readonly size_bytes: number;
}

export interface FieldAnswer {
  readonly name: string;
  /** JSON text. */
  readonly value: string;
  readonly is_cut: boolean;
}

/** Where a line lies in the archive. */
export interface PlaceAnswer {
  readonly stream: string;
  readonly object: string;
  /** From 0. */
  readonly row: number;
  readonly is_sealed: boolean;
  /** The manifest that names its segment; null where it is not sealed. */
  readonly manifest: string | null;
}

/** Which events a line counts by which rule, and what else it nearly counts. */
export interface ExplanationAnswer {
  /** False where the catalogue has no rule for the log. */
  readonly has_rules: boolean;
  readonly dimensions: Readonly<Record<string, string | null | undefined>> | null;
  readonly events: readonly ExplainedEventAnswer[];
  readonly near_misses: readonly NearMissAnswer[];
}

export interface ExplainedEventAnswer {
  readonly event: string;
  /** From 1. */
  readonly rule: number;
  readonly operation: string;
  readonly detail: string;
  readonly conditions: readonly FindingAnswer[];
}

export interface NearMissAnswer {
  readonly event: string;
  readonly rule: number;
  /** True where only one thing stands in the way. */
  readonly near: boolean;
  readonly failed: readonly FindingAnswer[];
  /** The event that it counts instead. */
  readonly unless?: string | undefined;
  /** Events of which it would have to count one. */
  readonly refines?: readonly string[] | undefined;
}

export interface FindingAnswer {
  readonly field: string;
  /** Null where the line has no such field. */
  readonly value: string | number | boolean | null;
  /** What the rule wants, in words. */
  readonly wanted: string;
}

/** `GET /api/proof?id=`: whether the line can be proved. With `format=file` it is the proof itself. */
export type ProofAnswer = ProvedAnswer | UnprovedAnswer;

/** It was proved just now, as whoever gets the proof would do. */
export interface ProvedAnswer {
  readonly is_proved: true;
  readonly segment: string;
  readonly manifest: string;
  readonly leaf_hash: string;
  /** Hashes from the line to the root of its segment. */
  readonly path_length: number;
  readonly digest: {
    readonly sequence: number;
    readonly signed_at: string;
    /** Fingerprint. */
    readonly key: string;
  };
  /** False where the id is only stated. */
  readonly is_id_proved: boolean;
  readonly proof_bytes: number;
  readonly remarks: readonly string[];
}

export interface UnprovedAnswer {
  readonly is_proved: false;
  readonly kind: "unknown" | "not_sealed" | "not_signed";
  /** What is missing, and from when on it can be there. */
  readonly why: string;
}

/** `GET /api/trace?correlation_id=`: the lines of one request, by time. */
export interface TraceAnswer {
  readonly correlation_id: string;
  readonly spans: readonly TraceSpan[];
  readonly remarks: readonly string[];
}

/** A line is written when the work is done: it began so much earlier. */
export interface TraceSpan extends SearchRow {
  /** Milliseconds since 1970, the earliest it can be; null for a line without time. */
  readonly start_ms: number | null;
  /** True where the line gives its time in whole seconds: its work began within the second from `start_ms` on. */
  readonly is_to_the_second: boolean;
}
