/** Filebeat. It compresses no files, so its standard output is compressed. */
import { piped } from "./compressor.ts";
import { FIELD, READ, WRITE, WRITING_METHODS } from "./derived-field.ts";
import { type FileRun, type FileTask, type IndexRun, type Peer, probe, type Task } from "./peer.ts";

export const FILEBEAT: Peer = { name: "Filebeat", find: () => probe(["filebeat"], ["version"]), toFile, toIndex };

function toFile({ command, corpus, folder, config, stem }: FileRun): FileTask {
  const text = `${reading(corpus, folder)}
output.console: { pretty: false }
`;
  return { ...piped(started(command, config), stem), config: text, derives: true };
}

function toIndex({ command, corpus, folder, config, url }: IndexRun): Task {
  const text = `${reading(corpus, folder)}
setup: { template.enabled: false, ilm.enabled: false }
output.elasticsearch: { hosts: ["${url}"], index: peers, allow_older_versions: true }
`;
  return { command: started(command, config), config: text, way: "bulk requests", derives: true };
}

function started(command: readonly string[], config: string): string[] {
  return [...command, "run", "--once", "--strict.perms=false", "-c", config];
}

function reading(corpus: string, folder: string): string {
  const add = (value: string): string => `- add_fields: { target: "", fields: { ${FIELD}: ${value} } }`;
  return `filebeat.inputs:
  - type: filestream
    id: peers
    paths: [${corpus}]
    close.reader.on_eof: true
    parsers:
      - ndjson: { target: "", overwrite_keys: true }
processors:
  - if: { regexp: { method: "^(${WRITING_METHODS.join("|")})$" } }
    then:
      ${add(WRITE)}
    else:
      ${add(READ)}
path.data: ${folder}
logging: { level: error, to_stderr: true }`;
}
