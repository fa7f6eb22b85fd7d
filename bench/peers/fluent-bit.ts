/** Fluent Bit. It compresses no file that it still writes to, so its standard output is compressed. */
import { piped } from "./compressor.ts";
import { FIELD, READ, WRITE, WRITING_METHODS } from "./derived-field.ts";
import { type FileRun, type FileTask, type IndexRun, type Peer, probe, type Task } from "./peer.ts";

export const FLUENT_BIT: Peer = { name: "Fluent Bit", find: () => probe(["fluent-bit"]), toFile, toIndex };

function toFile({ command, corpus, config, stem }: FileRun): FileTask {
  const text = `${reading(corpus)}
  outputs:
    - name: stdout
      match: "*"
      format: json_lines
      json_date_key: false
`;
  return { ...piped([...command, "--quiet", "--config", config], stem), config: text, derives: true };
}

function toIndex({ command, corpus, config, url }: IndexRun): Task {
  const { hostname, port } = new URL(url);
  const text = `${reading(corpus)}
  outputs:
    - name: es
      match: "*"
      host: ${hostname}
      port: ${port}
      index: peers
      suppress_type_name: on
`;
  return { command: [...command, "--quiet", "--config", config], config: text, way: "bulk requests", derives: true };
}

function reading(corpus: string): string {
  return `service:
  flush: 1
  log_level: warn
parsers:
  - name: line
    format: json
pipeline:
  inputs:
    - name: tail
      path: ${corpus}
      parser: line
      read_from_head: on
      exit_on_eof: on
      buffer_max_size: 1M
  filters:
    - name: modify
      match: "*"
      set: ${FIELD} ${READ}
    - name: modify
      match: "*"
      condition: Key_value_matches method ^(${WRITING_METHODS.join("|")})$
      set: ${FIELD} ${WRITE}`;
}
