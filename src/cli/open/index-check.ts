import type { TemplateState } from "../../backends/elasticsearch/cluster-setup.ts";
import type { IndexSettings } from "../../config/pipeline.ts";
import { type IoCode, IoError } from "../../core/fault.ts";
import { countsTemplate, type IndexTemplate, indexTemplates } from "../../indexing/template.ts";
import { openClusterOf } from "./cluster.ts";

const PAGE = "docs/how-to/elasticsearch.md";

interface Problem {
  readonly code: IoCode;
  readonly text: string;
}

/**
 * What a worker would find, in words; changes nothing. Rejects with `UsageError` for a missing secret, with `IoError`,
 * one line for each problem.
 */
export async function checkIndex(settings: IndexSettings): Promise<string> {
  const { describeCluster, templateState } = await import("../../backends/elasticsearch/cluster-setup.ts");
  const { missingRights } = await import("../../backends/elasticsearch/cluster-rights.ts");
  const cluster = await openClusterOf(settings);
  try {
    const described = await describeCluster(cluster);
    const templates = indexTemplates(settings.prefix);
    const states: TemplateState[] = [];
    for (const template of templates) states.push(await templateState(cluster, template));
    const rights = await missingRights(
      cluster,
      templates.flatMap(({ body }) => body.index_patterns),
    );
    const problems = [...templateProblems(templates, states, cluster.name), ...rightProblems(rights, cluster.name)];
    if (problems[0] !== undefined) {
      throw new IoError(
        problems[0].code,
        problems.map(({ text }) => text),
      );
    }
    const ofCounts = countsWords(await templateState(cluster, countsTemplate(settings.prefix)));
    const seen = states.includes("unknown") ? "templates that the API key may not look at" : "current templates";
    const allowed = rights === null ? "rights not asked, as it has no security" : "documents can be created";
    return `"${cluster.name}": ${described}, ${seen}${ofCounts}, ${allowed}`;
  } finally {
    await cluster.close();
  }
}

/** No worker needs it, so it is no problem; whoever publishes counts should know all the same. */
function countsWords(state: TemplateState): string {
  if (state === "missing") return " but that of published counts (hint for reports: logtally setup PIPELINE)";
  return state === "other" ? ", that of published counts of another version (hint: logtally setup PIPELINE)" : "";
}

function templateProblems(
  templates: readonly IndexTemplate[],
  states: readonly TemplateState[],
  cluster: string,
): Problem[] {
  return templates.flatMap(({ name }, at) => {
    const what = `index template "${name}" in "${cluster}"`;
    const hint = "(hint: logtally setup PIPELINE)";
    if (states[at] === "missing") return [{ code: "not_found", text: `${what}: not there ${hint}` }];
    return states[at] === "other" ? [{ code: "not_found", text: `${what}: of another version ${hint}` }] : [];
  });
}

function rightProblems(rights: readonly string[] | null, cluster: string): Problem[] {
  return (rights ?? []).map((right) => ({
    code: "denied",
    text: `the API key for "${cluster}" lacks ${right} (hint: make one with the worker's role, ${PAGE})`,
  }));
}
