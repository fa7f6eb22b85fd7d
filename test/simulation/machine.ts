import type { Clock } from "../../src/core/clock.ts";
import type { Backoff } from "../../src/core/retry.ts";
import { MINUTE_MS, SECOND_MS } from "../../src/core/units.ts";
import { LONGEST_JUMP_MS, LONGEST_PAUSE_MS } from "./faults.ts";
import type { World } from "./world.ts";

/** How a request fails on its way. */
export interface Request {
  /** For the trace. */
  readonly what: () => string;
  /** Where no answer came. */
  readonly noAnswer: () => Error;
  /** Whom it asks: a service may be away as a whole, and refuses everything until it is back. */
  readonly service: { readonly awayUntilMs: number };
  /** Where the service refuses it for the moment. */
  readonly refused: () => Error;
  readonly timeoutMs: number;
  /** Once it aborts nothing is waited for. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A process: its clock, and its way to the services. It may be killed or stand still at each step; what it has sent
 * arrives all the same.
 */
export class Machine {
  /** What it is there for, like `worker`, and so what it may do. */
  readonly duty: string;
  readonly name: string;
  isAlive = true;
  readonly #world: World;
  readonly #onEnd: () => void;
  #awakeAtMs = 0;
  #skewMs: number;

  constructor(duty: string, number: number, world: World, onEnd: () => void) {
    this.duty = duty;
    this.name = `${duty} ${number}`;
    this.#world = world;
    this.#onEnd = onEnd;
    this.#skewMs = world.faults.clockJump > 0 ? world.between(-LONGEST_JUMP_MS, LONGEST_JUMP_MS) : 0;
  }

  readonly clock: Clock = {
    nowMs: () => Math.floor(this.#world.schedule.nowMs + this.#skewMs),
    monotonicMs: () => this.#world.schedule.nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const callOff = this.#world.schedule.after(ms, () => this.#deliver(resolve));
        signal?.addEventListener(
          "abort",
          () => {
            callOff();
            this.#deliver(resolve);
          },
          { once: true },
        );
      }),
  };

  backoff(giveUpAfterMs: number): Backoff {
    return { giveUpAfterMs, random: this.#world.random, ...this.clock };
  }

  /**
   * Sends a request. `effect` happens where it arrives, at once and as a whole, and throws what the service answers.
   * Never settles once the machine is dead.
   */
  request<T>(request: Request, effect: () => T): Promise<T> {
    return this.requestLater(request, (answer: (effect: () => T) => void) => answer(effect));
  }

  /** The same for a service that takes its time: `serve` is called where the request arrives. */
  requestLater<T>(
    { what, noAnswer, service, refused, timeoutMs, signal }: Request,
    serve: (answer: (effect: () => T) => void) => void,
  ): Promise<T> {
    const world = this.#world;
    const { schedule } = world;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#step(() => `before ${what()}`);
    if (!this.isAlive) return promise;
    const callOff = schedule.after(timeoutMs, () => this.#deliver(() => reject(noAnswer())));
    signal?.addEventListener("abort", () => this.#deliver(() => reject(noAnswer())), { once: true });
    if (world.chance(world.faults.lost)) {
      world.trace(() => `${this.name}: ${what()} is lost`);
      return promise;
    }
    const reply = (settle: () => void): void => {
      this.#step(() => `at ${what()}`);
      if (world.chance(world.faults.replyLost)) return;
      const deliver = (): void =>
        this.#deliver(() => {
          callOff();
          settle();
          this.#step(() => `after ${what()}`);
        });
      // Half of the answers are there at once: twice as many simulations in the same time.
      if (world.chance(0.5)) deliver();
      else schedule.after(this.#travelMs(), deliver);
    };
    const isLate = world.chance(world.faults.late);
    schedule.after(isLate ? world.between(SECOND_MS, 15 * MINUTE_MS) : this.#travelMs(), () => {
      const isRefused = schedule.nowMs < service.awayUntilMs || world.chance(world.faults.refused);
      world.trace(() => `${this.name}: ${what()}${isLate ? " (late)" : ""}${isRefused ? " is refused" : ""}`);
      if (isRefused) reply(() => reject(refused()));
      else serve((effect) => reply(outcome(effect, resolve, reject)));
    });
    return promise;
  }

  /** As a signal of the system: comes when the process is awake. */
  tell(run: () => void): void {
    this.#deliver(run);
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#onEnd();
  }

  /** Its clock is right from now on. */
  setClock(): void {
    this.#skewMs = 0;
  }

  #step(where: () => string): void {
    const { faults } = this.#world;
    if (!this.isAlive) return;
    if (this.#world.isLastStep()) {
      this.#world.trace(() => `${this.name} is killed ${where()}`);
      this.kill();
    } else if (this.#world.chance(faults.pause)) {
      const forMs = LONGEST_PAUSE_MS * this.#world.random() ** 3;
      this.#awakeAtMs = this.#world.schedule.nowMs + forMs;
      this.#world.trace(() => `${this.name} stands still for ${Math.round(forMs / SECOND_MS)} s ${where()}`);
    } else if (this.#world.chance(faults.clockJump)) {
      this.#skewMs = this.#world.between(-LONGEST_JUMP_MS, LONGEST_JUMP_MS);
      this.#world.trace(() => `the clock of ${this.name} is off by ${Math.round(this.#skewMs / MINUTE_MS)} min`);
    }
  }

  /** Comes to the process as soon as that is awake. */
  #deliver(run: () => void): void {
    if (!this.isAlive) return;
    const { schedule } = this.#world;
    const restMs = this.#awakeAtMs - schedule.nowMs;
    if (restMs > 0) schedule.after(restMs, () => this.#deliver(run));
    else run();
  }

  #travelMs(): number {
    const isSlow = this.#world.chance(this.#world.faults.slow);
    return 1 + (isSlow ? 8 * SECOND_MS : 40) * this.#world.random() ** 4;
  }
}

/** The effect now, its outcome when it is told. */
function outcome<T>(effect: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
  try {
    const value = effect();
    return () => resolve(value);
  } catch (error) {
    return () => reject(error);
  }
}
