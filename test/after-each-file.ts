/** Runs before each file of tests, also where files share a process. */
import { afterAll } from "vitest";
import { removeTempFolders } from "./backends/temp-folder.ts";

afterAll(removeTempFolders);
