import type { HoursAnswer, Verified } from "../../archive-answers.ts";
import { thingsText } from "../quantity.ts";

/** Whether an archive is intact, as far as that is known. */
export interface Intactness {
  readonly tone: "good" | "warn" | "bad";
  /** One sentence. */
  readonly answer: string;
  /** What to do, or how sure that is. */
  readonly more: string;
}

/** What is known by the newest verification, and else by names and manifests alone. */
export function intactnessOf({ verified, problems, streams }: HoursAnswer): Intactness {
  const isSigned = streams.some(({ signed_at: at }) => at !== null);
  if (streams.length === 0) {
    return { tone: "warn", answer: "There is nothing in the archive yet.", more: "logtally run fills it." };
  }
  // What is missing now was perhaps still there when it was verified.
  if (problems.length > 0) {
    return {
      tone: "bad",
      answer: `Not intact: ${thingsText(problems.length, "thing")} missing or not to be trusted.`,
      more: "The calendar marks them, and they are named below it. Restore them from a copy, then verify.",
    };
  }
  if (verified !== null && verified.findings > 0 && isSigned) {
    return {
      tone: "bad",
      answer: `No, ${daysText(verified)} ${isBordered(verified) ? "is" : "are"} not proved to be intact: ${thingsText(verified.findings, "finding")}.`,
      more: "What was found is named below, object by object. Restore those from a copy, and verify again.",
    };
  }
  if (!isSigned) {
    return {
      tone: "warn",
      answer: "Nobody can say yet whether the archive is intact: nothing of it is signed.",
      more: "logtally seal puts the lines into the vault, logtally sign signs what is there. From then on any change shows.",
    };
  }
  if (verified === null) {
    return {
      tone: "warn",
      answer: "Nothing seems to be missing, but not verified since logtally explore was started.",
      more: "By names alone that is so. To verify is to read every signed object, and to compare it with its signature.",
    };
  }
  if (verified.objects === 0) {
    return {
      tone: "warn",
      answer: `Nothing is proved of ${daysText(verified)}: no digest names an object of it.`,
      more: "Only the chain of digests was verified. The calendar shows which days are sealed and signed.",
    };
  }
  return {
    tone: "good",
    answer: `Yes, ${daysText(verified)} ${isBordered(verified) ? "is" : "are"} intact: nothing that was signed is missing, extra or altered.`,
    more: `${scopeText(verified)}${unsignedText(verified)}.`,
  };
}

/** What a verification looked at. */
function scopeText({ level }: Verified): string {
  return level === "full"
    ? "Every byte, line and figure of what is signed was checked"
    : "Every signed byte was checked";
}

function unsignedText({ not_signed: unsigned }: Verified): string {
  return unsigned === 0 ? "" : `; ${thingsText(unsigned, "object")} not signed yet, and so not proved (logtally sign)`;
}

function isBordered({ since, until }: Verified): boolean {
  return since !== null || until !== null;
}

/** Which days were looked at. */
export function daysText({ since, until }: Verified): string {
  const [first, last] = [since?.slice(0, 10) ?? null, until === null ? null : dayBefore(until)];
  if (first === null && last === null) return "all days";
  if (first === last) return String(first);
  return `the time ${first === null ? "" : `from ${first} `}${last === null ? "on" : `to ${last}`}`;
}

/** Of the end of a span, which is left out, the last day that is in it. */
function dayBefore(until: string): string {
  return new Date(Date.parse(until) - 1).toISOString().slice(0, 10);
}
