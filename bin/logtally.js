#!/usr/bin/env node
// Plain JavaScript that old versions of Node can still read: it finds a Node that is new enough, then the program.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import module from "node:module";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

const MIN_MAJOR = 26;
const MIN_MINOR = 10;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > MIN_MAJOR || (major === MIN_MAJOR && minor >= MIN_MINOR)) {
  // Keeps compiled code in the system's temporary folder: half of the start-up of the next command.
  module.enableCompileCache();
  // A checkout runs from its sources; the published package carries JavaScript only.
  const source = new URL("../src/cli/main.ts", import.meta.url);
  const built = new URL("../dist/cli/main.js", import.meta.url);
  await import((existsSync(source) ? source : built).href);
} else {
  // npm puts the pinned Node of a checkout here.
  const pinned = fileURLToPath(new URL("../node_modules/node/bin/node", import.meta.url));
  if (existsSync(pinned) && realpathSync(pinned) !== process.execPath) rerunOn(pinned);
  else refuse();
}

/** Runs the same command on another Node and ends as it ends. */
function rerunOn(node) {
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  // On a terminal Ctrl-C reaches the child by itself; a second SIGINT would read as "stop at once".
  process.on("SIGINT", () => isatty(0) || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  process.on("SIGHUP", () => child.kill("SIGHUP"));
  child.on("error", refuse);
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function refuse() {
  process.stderr.write(
    `start logtally: Node "${process.versions.node}" is too old (hint: install ${MIN_MAJOR}.${MIN_MINOR} or newer, or "npx -p node@${MIN_MAJOR} -p logtally logtally")\n`,
  );
  process.exitCode = 2;
}
