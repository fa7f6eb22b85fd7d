/** True for what `node:fs` throws where the system refuses; everything else is a fault of the program. */
export function isOfSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}
