import axe from "axe-core";
import type { Page } from "playwright-core";

/** What keeps people from using what is to be seen once nothing is on its way any more, by the rules of WCAG 2.2 (A, AA) and best practice; each in a line. */
export async function barriers(page: Page): Promise<string[]> {
  // What is pale is the answer before, of which a newer one is on its way.
  await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
  // By the protocol of the browser, since the policy of the page lets no such script in.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help}: ${target.join(" ")}`));
}
