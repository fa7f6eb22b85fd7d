import type { FieldPath } from "../../yaml/field-schema.ts";

/** Is told what cannot be turned into Kibana's form, and where in the file it stands. */
export type Refuse = (path: FieldPath, what: string, hint: string | null) => void;
