import { DAY_MAPPINGS } from "./day-mappings.ts";

/** What an index of replayed lines is made with: no template is put for what goes again. */
export interface ReplayIndexBody {
  readonly mappings: Readonly<Record<string, unknown>> & { readonly _meta: { readonly logtally: ReplayMark } };
}

/** Whose an index is, and until when. */
export interface ReplayMark {
  /** Of the replay that made it. */
  readonly replay: string;
  /** RFC 3339; null: until somebody removes it. */
  readonly expires_at: string | null;
}

/** The body of an index of lines, or of that of what they reject. */
export function replayIndexBody(kind: "logs" | "quarantine", mark: ReplayMark): ReplayIndexBody {
  return { mappings: { ...DAY_MAPPINGS[kind], _meta: { logtally: mark } } };
}
