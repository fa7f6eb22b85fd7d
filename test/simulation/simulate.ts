import { IoError, UsageError } from "../../src/core/fault.ts";
import { hourOf } from "../../src/core/hour.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import { Checks } from "./checks.ts";
import { drawBatch, drawSealing, removeSigned, type Services, seal, sign, work } from "./crew.ts";
import { NO_FAULTS } from "./faults.ts";
import { lookAtAll } from "./last-look.ts";
import { Machine } from "./machine.ts";
import { SimulatedBucket } from "./simulated-bucket.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { SimulatedSubscription } from "./simulated-subscription.ts";
import { Traffic } from "./traffic.ts";
import { Truth } from "./truth.ts";
import { type Event, World } from "./world.ts";

/** What a simulation came to. */
export interface Outcome {
  readonly seed: number;
  /** What must not be; null where nothing was. */
  readonly failure: string | null;
  readonly steps: number;
  /** Steps of machines while there were faults: what each has sent, what has taken effect, what was answered. */
  readonly machineSteps: number;
  /** While there were faults. */
  readonly happened: ReadonlySet<Event>;
}

/** Time after which everything has settled that was under way when faults stopped. */
const CONVERGE_MS = 3 * HOUR_MS;

/**
 * Runs the simulation of this seed. The same seed gives the same steps, told to `onTrace` one by one. `killAt`: the step
 * of a machine, from 1, at which that is killed, whatever the seed says.
 */
export async function simulate(
  seed: number,
  onTrace: ((line: string) => void) | null = null,
  killAt = 0,
): Promise<Outcome> {
  const simulation = new Simulation(new World(seed, onTrace, killAt));
  const { world } = simulation;
  const onRejection = (error: unknown): void => world.fail(`nobody awaits what rejects with ${String(error)}`);
  process.on("unhandledRejection", onRejection);
  try {
    await simulation.run();
    // The engine tells of such promises only between its turns.
    await new Promise(setImmediate);
  } catch (error) {
    world.fail(`the simulation itself fails: ${String((error as Error).stack)}`);
  } finally {
    process.off("unhandledRejection", onRejection);
  }
  return {
    seed,
    failure: world.failure,
    steps: world.schedule.steps,
    machineSteps: world.machineSteps,
    happened: world.happened,
  };
}

class Simulation {
  readonly world: World;
  readonly truth = new Truth();
  readonly #services: Services;
  readonly #checks: Checks;
  readonly #machines = new Set<Machine>();
  readonly #stop = new AbortController();
  /** False once the faults have stopped: what runs by itself does so no more. */
  #isOn = true;
  #started = 0;
  /** What began while faults were on may still fail. */
  #mayFail = true;
  /** The key that signs was changed. */
  #hasNewKey = false;
  readonly #hasStaleLists: boolean;
  readonly #redelivers: boolean;

  constructor(world: World) {
    this.world = world;
    this.#hasStaleLists = world.faults.staleList > 0;
    this.#redelivers = world.faults.redelivered > 0;
    const bucket = new SimulatedBucket(world);
    const cluster = new SimulatedCluster(world);
    const subscription = new SimulatedSubscription(world);
    this.#services = { world, bucket, cluster, subscription };
    this.#checks = new Checks(world, bucket, cluster, this.truth);
    bucket.watcher = this.#checks;
    subscription.onAck = (message) => this.#checks.acked(message);
  }

  async run(): Promise<void> {
    const { world } = this;
    world.trace(() => `faults: ${JSON.stringify(world.faults)}`);
    // Small worlds are quick, and most of what can go wrong needs no more.
    const isLarge = world.chance(0.06);
    const trafficMs = world.between(2 * SECOND_MS, isLarge ? 3 * MINUTE_MS : 20 * SECOND_MS);
    this.#publish(trafficMs, world.some(1, isLarge ? 12 : 3));
    const extraMs = isLarge ? world.between(0, 30 * MINUTE_MS) : world.between(10 * SECOND_MS, 60 * SECOND_MS);
    this.#startCrew(trafficMs + extraMs);
    await this.#runFor(trafficMs + extraMs);
    this.#heal();
    // Who still sleeps, and requests that are under way, find that others have done everything meanwhile.
    if (world.chance(0.5)) await this.#tidyUp();
    await this.#drain();
    if (world.failure === null) await this.#converge();
    if (world.failure === null) lookAtAll(this.#services, this.truth, this.#checks.walRows);
    for (const machine of this.#machines) machine.kill();
  }

  #publish(trafficMs: number, messages: number): void {
    const { world, truth } = this;
    const traffic = new Traffic(world);
    for (let left = messages; left > 0; left -= 1) {
      world.schedule.after(world.between(0, trafficMs), () => {
        const data = traffic.next();
        const { number, publishedAtMs } = this.#services.subscription.publish(Buffer.from(data));
        truth.add(number, data, publishedAtMs);
        world.trace(() => `message ${number} is published: ${JSON.stringify(data)}`);
      });
    }
  }

  #startCrew(forMs: number): void {
    const { world } = this;
    for (let workers = world.pick([1, 1, 1, 2, 2, 3]); workers > 0; workers -= 1) this.#keepWorking();
    const commands = [
      ["sealer", (machine: Machine) => this.#seal(machine)],
      ["signer", (machine: Machine) => sign(this.#services, machine, this.#hasNewKey)],
      ["collector", (machine: Machine) => removeSigned(this.#services, machine, this.#hasStaleLists)],
    ] as const;
    for (const [duty, command] of commands) {
      const machines = world.pick([1, 1, 1, 2]);
      this.#repeat(duty, machines, world.between(0.1, 0.4) * forMs, async (machine) => void (await command(machine)));
    }
    if (world.chance(0.2)) {
      world.schedule.after(world.between(0, forMs), () => {
        this.#hasNewKey = true;
        world.trace(() => "the signing key is changed");
      });
    }
    const { cluster, bucket, subscription } = this.#services;
    const outages = [
      ["cluster", cluster, 0.4],
      ["bucket", bucket, 0.1],
      ["subscription", subscription, 0.1],
    ] as const;
    for (const [name, service, probability] of outages) {
      if (!world.chance(probability)) continue;
      world.schedule.after(world.between(0, forMs), () => {
        service.awayUntilMs = world.schedule.nowMs + world.between(0, forMs);
        world.trace(() => `the ${name} is away`);
      });
    }
  }

  /** One run of the sealer, which whoever started it may end in order. */
  #seal(machine: Machine): Promise<number> {
    const { world } = this;
    const leave = new AbortController();
    if (world.chance(0.1)) world.schedule.after(world.between(0, SECOND_MS), () => machine.tell(() => leave.abort()));
    return seal(this.#services, machine, { ...drawSealing(world), overHour: null, signal: leave.signal });
  }

  /** A worker, and another one wherever it ends. */
  #keepWorking(): void {
    const { world } = this;
    const batch = drawBatch(world);
    const isToLeave = this.#isOn && world.chance(0.5);
    const job = (machine: Machine): Promise<void> => {
      const leave = new AbortController();
      const stop = (): void => machine.tell(() => leave.abort());
      if (isToLeave) world.schedule.after(world.between(0, 3 * MINUTE_MS), stop);
      this.#stop.signal.addEventListener("abort", stop, { once: true });
      return work(this.#services, machine, batch, leave.signal);
    };
    this.#launch("worker", job, () => {
      if (this.#stop.signal.aborted) return;
      world.schedule.after(world.between(0, 20 * SECOND_MS), () => {
        if (!this.#stop.signal.aborted) this.#keepWorking();
      });
    });
  }

  /** A command that timers of so many machines start again and again, all at about the same time. */
  #repeat(duty: string, machines: number, everyMs: number, job: (machine: Machine) => Promise<void>): void {
    const { world } = this;
    world.schedule.after(everyMs, () => {
      if (!this.#isOn) return;
      for (let left = machines; left > 0; left -= 1) {
        world.schedule.after(world.between(0, 0.1 * SECOND_MS), () => this.#launch(duty, job, () => undefined));
      }
      this.#repeat(duty, machines, everyMs, job);
    });
  }

  #launch(duty: string, job: (machine: Machine) => Promise<void>, onEnd: () => void): Machine {
    const { world } = this;
    this.#started += 1;
    const machine = new Machine(duty, this.#started, world, () => {
      this.#machines.delete(machine);
      onEnd();
    });
    this.#machines.add(machine);
    world.trace(() => `${machine.name} starts`);
    job(machine).then(
      () => {
        world.trace(() => `${machine.name} ends`);
        machine.kill();
      },
      (error: unknown) => {
        this.#judge(machine.name, error);
        machine.kill();
      },
    );
    return machine;
  }

  /**
   * A command may fail while everything else does, with an error that it tells its user: that a service is away, or
   * where lists are old that something is not there. Once all is well it must not.
   */
  #judge(name: string, error: unknown): void {
    this.world.trace(() => `${name} fails: ${String(error)}`);
    const isTold = error instanceof IoError && (error.code === "unavailable" || this.#hasStaleLists);
    // Who signs with the old key is told that it was replaced.
    const isReplaced = error instanceof UsageError && this.#hasNewKey;
    if ((isTold || isReplaced) && this.#mayFail) return;
    this.world.fail(`${name} fails: ${error instanceof IoError ? error.message : String((error as Error).stack)}`);
  }

  /** From now on nothing fails; whoever stands still does so for a while yet. */
  #heal(): void {
    this.world.trace(() => "faults stop");
    this.world.faults = NO_FAULTS;
    this.#isOn = false;
    const { cluster, bucket, subscription } = this.#services;
    for (const service of [cluster, bucket, subscription]) service.awayUntilMs = 0;
    for (const machine of this.#machines) machine.setClock();
  }

  /** Everything is acked and indexed; then the workers end, and what was under way arrives. */
  async #drain(): Promise<void> {
    if (this.#redelivers) await this.#runFor(MINUTE_MS);
    await this.#untilDone("the backlog does not drain", () => this.#isDrained());
    this.#stop.abort();
    await this.#untilDone("workers do not end", () => this.#machines.size === 0);
    await this.#runFor(CONVERGE_MS);
    this.#mayFail = false;
    if (this.#isDrained()) return;
    // What arrived late has marked an object.
    const stop = new AbortController();
    this.#launch(
      "worker",
      (machine) => work(this.#services, machine, drawBatch(this.world), stop.signal),
      () => undefined,
    );
    await this.#runFor(MINUTE_MS);
    await this.#untilDone("the rest does not drain", () => this.#isDrained());
    stop.abort();
    await this.#untilDone("the last worker does not end", () => this.#machines.size === 0);
  }

  #isDrained(): boolean {
    const { subscription, bucket } = this.#services;
    if (subscription.unacked > 0) return false;
    for (const name of bucket.objects.keys()) {
      if (name.endsWith(".waiting") && !bucket.objects.has(name.replace(/waiting$/, "done"))) return false;
    }
    return true;
  }

  async #converge(): Promise<void> {
    await this.#tidyUp();
    if (this.world.failure !== null || !this.world.chance(0.2)) return;
    const plans = await this.#tidyUp();
    if (plans > 0) this.world.fail(`I8: a seal of what is sealed makes ${plans} plans`);
  }

  /** Seals, signs and removes whatever there is; resolves with how many plans that took. */
  async #tidyUp(): Promise<number> {
    const { world } = this;
    const all = hourOf(world.schedule.nowMs + 30 * DAY_MS);
    let plans = 0;
    await this.#finish("sealer", async (machine) => {
      const { signal } = new AbortController();
      plans = await seal(this.#services, machine, { ...drawSealing(world), overHour: all, signal });
    });
    await this.#finish("signer", (machine) => sign(this.#services, machine, this.#hasNewKey));
    await this.#finish("collector", (machine) => removeSigned(this.#services, machine, this.#hasStaleLists));
    return plans;
  }

  async #finish(duty: string, job: (machine: Machine) => Promise<void>): Promise<void> {
    if (this.world.failure !== null) return;
    const machine = this.#launch(duty, job, () => undefined);
    await this.#untilDone(`the last ${duty} does not end`, () => !machine.isAlive);
  }

  async #runFor(ms: number): Promise<void> {
    const untilMs = this.world.schedule.nowMs + ms;
    await this.world.schedule.run(() => this.world.failure !== null, untilMs);
    this.world.schedule.nowMs = Math.max(this.world.schedule.nowMs, untilMs);
  }

  async #untilDone(what: string, isDone: () => boolean): Promise<void> {
    const { schedule } = this.world;
    if (this.world.failure !== null) return;
    await schedule.run(() => this.world.failure !== null || isDone(), schedule.nowMs + CONVERGE_MS);
    if (!isDone() && this.world.failure === null) this.world.fail(`I8: ${what}`);
  }
}
