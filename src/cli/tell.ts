/** Tells a user of a running command something, in one line. */
export function tell(message: string): void {
  process.stderr.write(`logtally: ${message}\n`);
}
