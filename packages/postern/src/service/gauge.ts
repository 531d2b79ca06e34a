// A gauge of a registry that is set when somebody asks for the page: the one way in which this folder makes gauges.
// Knows no number and no page; these are `metrics.ts`'s and `process-metrics.ts`'s.
import { Gauge, type Registry } from "prom-client";

/** Puts a gauge into the registry; `set` is called with it at each look. */
export function gaugeIn(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
  set: (gauge: Gauge) => void,
): Gauge {
  return new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      set(this);
    },
  });
}
