/** Vector. It ends with its standard input, and so gets the lines there. */
import { FIELD, READ, WRITE, WRITING_METHODS } from "./derived-field.ts";
import { type FileRun, type FileTask, fed, type IndexRun, type Peer, probe, type Task } from "./peer.ts";

export const VECTOR: Peer = { name: "Vector", find: () => probe(["vector"]), toFile, toIndex };

function toFile({ command, corpus, folder, config, stem }: FileRun): FileTask {
  const output = `${stem}.zst`;
  const text = `${reading(folder)}
sinks:
  lines:
    type: file
    inputs: [derive]
    path: ${output}
    compression: zstd
    encoding: { codec: json }
`;
  return { command: started(command, config, corpus), config: text, output, way: "zstd -3", derives: true };
}

function toIndex({ command, corpus, folder, config, url }: IndexRun): Task {
  const text = `${reading(folder)}
sinks:
  documents:
    type: elasticsearch
    inputs: [derive]
    endpoints: ["${url}"]
    mode: bulk
    bulk: { index: peers, action: create }
`;
  return { command: started(command, config, corpus), config: text, way: "bulk requests", derives: true };
}

function started(command: readonly string[], config: string, corpus: string): string[] {
  return fed(corpus, [...command, "--quiet", "--config-yaml", config]);
}

function reading(folder: string): string {
  return `data_dir: ${folder}
sources:
  lines:
    type: stdin
    decoding: { codec: json }
transforms:
  derive:
    type: remap
    inputs: [lines]
    source: |
      .${FIELD} = if includes(${JSON.stringify(WRITING_METHODS)}, .method) { "${WRITE}" } else { "${READ}" }`;
}
