import { IoError } from "./fault.ts";

/** What the work on an object resolves with; null where there is no such object. Rejects with any other error. */
export async function ifThere<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof IoError && error.code === "not_found") return null;
    throw error;
  }
}
