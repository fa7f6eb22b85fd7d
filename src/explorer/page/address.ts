/** The views of the page, by what stands in the address; in the order of the menu. */
export const VIEW_NAMES = ["live", "logs", "counts", "archive"] as const;

export type ViewName = (typeof VIEW_NAMES)[number];

/** Where a user is: what an address says, and what a user who opens it sees again. */
export interface Place {
  readonly view: ViewName;
  readonly params: URLSearchParams;
}

/** What is opened without a view. */
const FIRST_VIEW: ViewName = "counts";

export function placeOf({ pathname, searchParams }: URL): Place {
  const name = pathname.slice(1);
  return { view: VIEW_NAMES.find((each) => each === name) ?? FIRST_VIEW, params: searchParams };
}

/** A link to a view; what is null or empty is left out, and a list stands for itself several times. */
export function linkTo(
  view: ViewName,
  params: Readonly<Record<string, string | readonly string[] | null>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    const values = value === null ? [] : typeof value === "string" ? [value] : value;
    for (const each of values) if (each !== "") query.append(name, each);
  }
  return `/${view}${query.size === 0 ? "" : `?${query}`}`;
}

/** The same place with some parameters changed; null takes one out. */
export function linkWith({ view, params }: Place, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  return `/${view}${query.size === 0 ? "" : `?${query}`}`;
}
