import type { Request } from "../lines/context.ts";
import type { Project, User } from "../population.ts";
import type { Scene } from "../scene.ts";

/** Who acts, on what, from where. */
export interface Actor {
  /** Null for a visitor who is not logged in, and for a deploy key. */
  readonly user: User | null;
  readonly project: Project;
  readonly address: string;
  readonly agent: string;
}

/** Something that is done: it leaves the lines of every component that takes part, and says what of it counts. */
export type Action = (scene: Scene, actor: Actor, timeMs: number) => void;

/** A request of the actor; its id is new. */
export function requestOf(scene: Scene, actor: Actor, caller: string, category: string): Request {
  const { user, project, address, agent } = actor;
  return { id: scene.requestId(), user, project, address, agent, caller, category };
}
