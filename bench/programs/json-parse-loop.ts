/** The least that a program in Node does who wants to know what stands in a line: the file of the first argument. */
import { eachBareLine } from "../corpora/bare-lines.ts";

eachBareLine(process.argv[2] ?? "", (line) => JSON.parse(line));
