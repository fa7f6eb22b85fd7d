import { ECS_FIELDS } from "./ecs-fields.ts";
import { GITLAB_FIELDS } from "./gitlab-fields.ts";
import type { IndexField } from "./index-field.ts";
import { OWN_FIELDS } from "./own-fields.ts";

/** All fields of documents of lines, in order of names. */
export const LOG_FIELDS: readonly IndexField[] = [...OWN_FIELDS, ...ECS_FIELDS, ...GITLAB_FIELDS].toSorted((a, b) =>
  a.name < b.name ? -1 : 1,
);
