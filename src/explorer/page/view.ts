import type { TemplateResult } from "lit-html";
import type { About } from "../answers.ts";
import type { Place } from "./address.ts";

/** What a view may do with the page around it. */
export interface Page {
  /** What the archive is. */
  readonly about: About;
  /** Shows the view again: something has changed. */
  readonly update: () => void;
  /** Goes to another address of the page, as a link does; `replaces`: one goes not back to the one before. */
  readonly go: (link: string, how?: "replaces") => void;
}

/** A part of the page with an address of its own. */
export interface View {
  readonly title: string;
  /** What is to be seen there; begins to ask for what is missing. Called whenever something has changed. */
  readonly show: (place: Place) => TemplateResult;
  /** Ends what is under way: the user has gone elsewhere. */
  readonly leave: () => void;
}
