// Lets a child process of a test run this repository's TypeScript as it stands: `node --import ./from-source.mjs file.ts`.
import { registerHooks } from "node:module";

const pop3 = new URL("../../../pop3/src/", import.meta.url);

registerHooks({
  resolve(specifier, context, nextResolve) {
    const door = /^@postern\/pop3(?:\/(client|server|testing))?$/.exec(specifier);
    if (door !== null)
      return nextResolve(new URL(door[1] === undefined ? "index.ts" : `${door[1]}/index.ts`, pop3).href, context);
    const ours = context.parentURL?.endsWith(".ts") && specifier.startsWith(".");
    return nextResolve(ours ? specifier.replace(/\.js$/, ".ts") : specifier, context);
  },
});
