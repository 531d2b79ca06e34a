// The table `metrics` of the configuration: where numbers and health can be asked for.
// Knows no HTTP; who answers there is `monitoring/http-listener.ts`, what is counted is in `service/metrics.ts`.
import { z } from "zod";
import { endpointForm, parseEndpoint } from "./endpoint.js";
import type { Endpoint } from "./endpoint.js";

export interface MetricsConfig {
  /** Null where nobody is to ask. */
  readonly listen: Endpoint | null;
}

export const metricsTable: z.ZodType<MetricsConfig> = z
  .strictObject({
    listen: z
      .string({ error: `${endpointForm}, or "none"` })
      .transform((value, context): Endpoint | null => {
        const endpoint = value === "none" ? null : parseEndpoint(value);
        if (endpoint === null && value !== "none") {
          context.addIssue({ code: "custom", message: `${endpointForm}, or "none"`, input: value });
        }
        return endpoint;
      })
      .prefault("none")
      .describe(
        'Where to answer /metrics (for Prometheus) and /healthz over HTTP, to everybody who can reach it: a loopback address is best. "none" switches it off.',
      ),
  })
  .prefault({});
