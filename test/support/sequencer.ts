import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longest, longest first; most of it they wait for processes that end, time out or start again. */
const LONGEST = [
  "faults",
  "rolling",
  "performance",
  "crash",
  "clocks",
  "silenced",
  "late-confirmation",
  "production",
  "lost-orders",
  "start",
  "routine",
  "size",
  "private",
  "outside",
  "metrics",
  "edge",
];
const PROJECTS = ["engines", "scenarios", "fast"];

/**
 * Long files first, so that none is left alone at the end; then files of one project after another, as a process is used again for
 * the next file only if that is of the same project.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ project, moduleId }: TestSpecification): number => {
      const index = LONGEST.indexOf(basename(moduleId, ".test.ts"));
      return PROJECTS.indexOf(project.name) * 100 + (project.name !== "engines" || index === -1 ? LONGEST.length : index);
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own, of no array
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
