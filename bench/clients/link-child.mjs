// The process of a link: busy clients and servers do not make it late. Gets a `Link` by message, answers with its port, and
// answers each later message with the visit that has ended. Ended by its parent.
import process from "node:process";
import { slowLink } from "./slow-link.mjs";

/** @param {import("./slow-link.mjs").Link} settings */
async function run(settings) {
  const link = await slowLink(settings);
  process.on("message", () => void link.visit().then((visit) => process.send?.(visit)));
  process.send?.({ port: link.port });
}

process.once("message", (settings) => void run(/** @type {import("./slow-link.mjs").Link} */ (settings)));
