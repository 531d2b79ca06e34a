// What an examination is told: the subject, and whose checks are run. Types alone; `run.ts` takes them.
// Which server it is and how far it may go is in `subject.ts`.
import type { AnyCapability } from "../contracts/capability.js";
import type { ConformanceCheck } from "./check.js";
import type { CheckResult } from "./report.js";
import type { Subject } from "./subject.js";

/** What is told while an examination is on. */
export type ExaminationEvent =
  | { readonly kind: "listed"; readonly checks: number }
  | { readonly kind: "began"; readonly id: string }
  | { readonly kind: "ended"; readonly result: CheckResult };

/** What to examine, and how. */
export interface ExaminationOptions extends Subject {
  /** The declarations whose checks are run, and by which CAPA is read; the standard ones where absent. */
  readonly capabilities?: readonly AnyCapability[];
  /** More checks, behind those of the declarations and this package's own. */
  readonly checks?: readonly ConformanceCheck[];
  /** Run these checks alone, by id. */
  readonly only?: readonly string[];
  readonly onEvent?: (event: ExaminationEvent) => void;
}
