/** Commands that run side by side, each begun anew whenever it ends, while somebody strikes at them. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Outcome, type RunningProcess, startLogtally } from "../cli/logtally.ts";

/** A command, and how many do it at once. */
export interface Post {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly members: number;
}

/** What became of the processes of a command. */
export interface Fates {
  readonly killed: number;
  readonly finished: number;
}

export interface Crew {
  /** Kills one of them at random. */
  kill(): void;
  /** One of them at random stands still for so long, and then goes on as if nothing had been. */
  freeze(ms: number): void;
  /** Begins nothing more. Resolves when all have ended; those of endless commands are killed. */
  dismiss(endless: ReadonlySet<string>): Promise<void>;
  /** By the first word of the command. */
  readonly fates: ReadonlyMap<string, Fates>;
  /** Those that ended by themselves, and not well. */
  readonly failures: readonly (Outcome & { readonly args: readonly string[] })[];
  /** For what a failed test has left. */
  killAll(): void;
}

interface Member {
  readonly command: string;
  running: RunningProcess;
  isFrozen: boolean;
}

export function startCrew(posts: readonly Post[], random: () => number): Crew {
  const fates = new Map<string, { killed: number; finished: number }>();
  const failures: (Outcome & { readonly args: readonly string[] })[] = [];
  const members: Member[] = [];
  const duties: Promise<void>[] = [];
  let isDismissed = false;

  async function serve({ args, env }: Post, member: Member): Promise<void> {
    for (;;) {
      const outcome = await member.running.ended;
      const fate = fates.get(member.command) ?? { killed: 0, finished: 0 };
      fates.set(member.command, fate);
      if (outcome.signal === "SIGKILL") fate.killed += 1;
      else if (outcome.code === 0) fate.finished += 1;
      else failures.push({ args, ...outcome });
      if (isDismissed) return;
      member.running = begin(args, env);
    }
  }

  for (const post of posts) {
    for (let each = 0; each < post.members; each += 1) {
      const command = post.args[0] ?? "";
      const member = { command, running: begin(post.args, post.env), isFrozen: false };
      members.push(member);
      duties.push(serve(post, member));
    }
  }
  const anyOf = (some: readonly Member[]): Member | undefined => some[Math.floor(random() * some.length)];
  const killAll = (): void => {
    isDismissed = true;
    for (const { running } of members) running.child.kill("SIGKILL");
  };

  return {
    fates,
    failures,
    killAll,
    kill() {
      anyOf(members)?.running.child.kill("SIGKILL");
    },
    freeze(ms) {
      const member = anyOf(members.filter(({ isFrozen }) => !isFrozen));
      if (member === undefined) return;
      const { child } = member.running;
      member.isFrozen = child.kill("SIGSTOP");
      void sleep(ms).then(() => {
        child.kill("SIGCONT");
        member.isFrozen = false;
      });
    },
    async dismiss(endless) {
      isDismissed = true;
      for (const { command, running } of members) if (endless.has(command)) running.child.kill("SIGKILL");
      await Promise.all(duties);
    },
  };
}

function begin(args: readonly string[], env: Post["env"]): RunningProcess {
  const running = startLogtally(args, { env });
  running.child.stdin?.end();
  return running;
}
