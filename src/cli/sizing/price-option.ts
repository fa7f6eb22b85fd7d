import { InvalidArgumentError } from "commander";
import { DEFAULT_PRICES, type Prices } from "../../sizing/price.ts";

/** For `--price NAME=VALUE`, repeatable: a price takes the place of a default. */
export function priceOption(value: string, before: Prices = DEFAULT_PRICES): Prices {
  const [, name = "", usd = ""] = /^(\w+)=(\d{1,9}(?:\.\d{1,6})?)$/.exec(value) ?? [];
  const known = Object.hasOwn(DEFAULT_PRICES, name) ? DEFAULT_PRICES[name] : undefined;
  if (name === "") throw new InvalidArgumentError("It must be a name and US dollars, like pubsub=35.5.");
  if (known === undefined) {
    throw new InvalidArgumentError(`"${name}" has no price; names are: ${Object.keys(DEFAULT_PRICES).join(", ")}.`);
  }
  return { ...before, [name]: { ...known, usd: Number(usd), asOf: GIVEN } };
}

/** In the place of a date. */
export const GIVEN = "given";
