import type { HoursAnswer, Verified } from "../../archive-answers.ts";
import { thingsText } from "../quantity.ts";
import { namedFaults } from "./named-faults.ts";

/** Whether an archive is intact, as far as that is known. */
export interface Intactness {
  readonly tone: "good" | "warn" | "bad";
  /** One sentence. */
  readonly answer: string;
  /** What to do, or how sure that is. */
  readonly more: string;
}

type Finding = HoursAnswer["findings"][number];

/** Kinds of findings by which nothing is wrong with an object: who vouches for it is not who may, or nobody does. */
const UNPROVED: readonly Finding["kind"][] = ["no_digest", "unproven", "key", "signature"];

/** What is known by verifications, and else by names, sizes and manifests alone. */
export function intactnessOf(answer: HoursAnswer): Intactness {
  const { verified, problems, findings, streams, month } = answer;
  const [newest] = verified;
  const isSigned = streams.some(({ signed_at: at }) => at !== null);
  if (streams.length === 0 && problems.length === 0) {
    return { tone: "warn", answer: "There is nothing in the archive yet.", more: "logtally run fills it." };
  }
  // What is missing now was perhaps still there when it was verified.
  if (problems.length > 0) {
    return {
      tone: "bad",
      answer: `Not intact: ${thingsText(namedFaults(answer).total, "thing")} missing, altered, or not to be trusted.`,
      more: "They are named below, and the calendar marks their hours. Restore them from a copy, then verify.",
    };
  }
  // Of an archive that nobody has signed yet it is no news that nothing proves it.
  if (isSigned ? findings.length > 0 : findings.some(({ kind }) => kind !== "no_digest")) return foundWrong(answer);
  if (!isSigned) {
    return {
      tone: "warn",
      answer: "Nobody can say yet whether the archive is intact: nothing of it is signed.",
      more: "logtally seal puts the lines into the vault, logtally sign signs what is there. From then on any change shows.",
    };
  }
  if (newest === undefined) {
    return {
      tone: "warn",
      answer: `Nothing seems to be missing of the days of ${month}, but not verified since logtally explore was started.`,
      more:
        "By names and sizes alone that is so, and other months were not looked at. To verify is to read every signed " +
        "object of all days, and to compare it with its signature.",
    };
  }
  if (newest.objects === 0) {
    return {
      tone: "warn",
      answer: `Nothing is proved of ${daysText(newest)}: no digest names an object of it.`,
      more: "Only the chain of digests was verified. The calendar shows which days are sealed and signed.",
    };
  }
  return {
    tone: "good",
    answer: `Yes, ${daysText(newest)} ${isBordered(newest) ? "is" : "are"} intact: nothing that was signed is missing, extra or altered.`,
    more:
      `${scopeText(newest)}${unsignedText(newest)}. ` +
      `Since then only names and sizes were looked at, of the days of ${month}.`,
  };
}

function foundWrong({ findings, findings_total: total }: HoursAnswer): Intactness {
  const isProvedWrong = findings.some(({ kind }) => !UNPROVED.includes(kind));
  const areMissing = total === findings.length && findings.every(({ kind }) => kind === "missing");
  const found = areMissing ? `${thingsText(total, "signed object")} missing` : thingsText(total, "finding");
  return {
    tone: "bad",
    answer: `No, ${placeOf(findings)} not ${isProvedWrong ? "" : "proved to be "}intact: ${found}.`,
    more:
      "What was found is named below, object by object, and the calendar marks its hours. Restore those objects from a " +
      "copy, and verify again.",
  };
}

/** `2020-12-22 is`: the days of these findings. */
function placeOf(findings: readonly Finding[]): string {
  const days = new Set(findings.map(({ hour }) => hour?.slice(0, 10) ?? null));
  const [day] = days;
  if (day === null || day === undefined || days.has(null)) return "the archive is";
  if (days.size > 1) return `${thingsText(days.size, "day")} are`;
  return day === "undated" ? "what has no time is" : `${day} is`;
}

/** What there is to say beside a clean verification, of what is wrong by names: it is not that it was found good. */
export function contradictionText({ since, until, findings }: Verified, isWrongNow: boolean): string {
  if (!isWrongNow || findings > 0) return "";
  const other = isBordered({ since, until }) ? ", or of another day" : "";
  return `That was before what is missing now, unless that was never signed${other}.`;
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

function isBordered({ since, until }: Pick<Verified, "since" | "until">): boolean {
  return since !== null || until !== null;
}

/** Which days were looked at. */
export function daysText({ since, until }: Pick<Verified, "since" | "until">): string {
  const [first, last] = [since?.slice(0, 10) ?? null, until === null ? null : dayBefore(until)];
  if (first === null && last === null) return "all days";
  if (first === last) return String(first);
  return `the time ${first === null ? "" : `from ${first} `}${last === null ? "on" : `to ${last}`}`;
}

/** Of the end of a span, which is left out, the last day that is in it. */
function dayBefore(until: string): string {
  return new Date(Date.parse(until) - 1).toISOString().slice(0, 10);
}
