import { readKibanaTexts } from "../../../src/cli/open/kibana/kibana.ts";

/** The sources as they are in the checkout. */
export const KIBANA_TEXTS = await readKibanaTexts();
