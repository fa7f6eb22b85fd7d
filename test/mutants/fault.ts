/** A fault that could be in the program, and the test that would find it. */
export interface Fault {
  /** In kebab-case; no other one has it. */
  readonly name: string;
  /** What would go wrong, and for whom: one sentence. */
  readonly harm: string;
  /** The rule of AGENTS.md that it breaks, or another goal in a word. */
  readonly breaks: `I${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | "evidence" | "privacy" | "service" | "safety";
  /** A file of the program, from the top of the checkout. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  /** What stands in its place then. It must compile: a program that does not start proves nothing. */
  readonly replacement: string;
  readonly caughtBy: NamedTest;
  /** True where the program stands still by it, so that a test which never ends has caught it. */
  readonly hangs?: true;
}

/** A test, or several that share words of their titles. */
export interface NamedTest {
  /** The file of the test, from the top of the checkout. */
  readonly file: string;
  /** Words of the title as they stand in the file, or in one that it imports. */
  readonly title: string;
  /** Variables of the environment that the test asks for, as for the number of seeds. */
  readonly env?: Readonly<Record<string, string>>;
}
