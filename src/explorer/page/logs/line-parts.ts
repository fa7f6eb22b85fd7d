import type { TemplateResult } from "lit-html";
import type { LineVariant, ProofAnswer, TraceAnswer } from "../../logs-answers.ts";
import type { Place } from "../address.ts";
import { ask } from "../connection.ts";
import { createLoading } from "../loading.ts";
import { emptyBox, shown } from "../states.ts";
import type { Page } from "../view.ts";
import { eventsPart } from "./events-part.ts";
import { fieldsPart } from "./fields-part.ts";
import { placePart } from "./place-part.ts";
import { rawPart } from "./raw-part.ts";
import { traceParams, tracePart } from "./trace-part.ts";

/** What an opened line can be looked at for, by what stands in the address. */
export const PARTS: Readonly<Record<string, string>> = {
  fields: "Fields",
  events: "Why it counts",
  trace: "Whole request",
  place: "Place and proof",
  raw: "Raw line",
};

/** What an opened line is looked at for, each asked for when it is wanted. */
export interface LineParts {
  readonly show: (part: string, line: LineVariant, place: Place) => TemplateResult;
  readonly leave: () => void;
}

export function createLineParts(page: Page): LineParts {
  const traces = createLoading<TraceAnswer>(page.update);
  const proofs = createLoading<ProofAnswer>(page.update);
  let wantsProofOf = "";
  const expanded = new Set<string>();
  const expand = (key: string): void => {
    expanded.add(key);
    page.update();
  };
  const again = (loading: { readonly forget: () => void }): void => {
    loading.forget();
    page.update();
  };
  const show = (part: string, line: LineVariant, place: Place): TemplateResult => {
    const isExpanded = (key: string): boolean => expanded.has(`${line.hash} ${key}`);
    const onExpand = (key: string): void => expand(`${line.hash} ${key}`);
    switch (part) {
      case "events":
        return eventsPart(line);
      case "trace": {
        const params = traceParams(line);
        if (params === null) return emptyBox("This line names no request (it has no correlation_id).");
        const trace = traces.of(String(params), (signal) => ask<TraceAnswer>("/api/trace", params, signal));
        return shown(
          trace,
          "Looking for the lines of this request",
          (value) => tracePart(value, place),
          () => again(traces),
        );
      }
      case "place": {
        const params = new URLSearchParams({ id: line.row.id, hash: line.hash, stream: line.place.stream });
        const isWanted = wantsProofOf === line.hash;
        const proof = isWanted
          ? proofs.of(String(params), (signal) => ask<ProofAnswer>("/api/proof", params, signal))
          : null;
        const onVerify = (): void => {
          wantsProofOf = line.hash;
          proofs.forget();
          page.update();
        };
        return placePart(line, proof, onVerify);
      }
      case "raw":
        return rawPart(line, isExpanded("raw"), () => onExpand("raw"));
      default:
        return fieldsPart(line, place, isExpanded, onExpand);
    }
  };
  return {
    show,
    leave() {
      traces.leave();
      proofs.leave();
    },
  };
}
