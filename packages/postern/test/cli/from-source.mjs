// Lets a child process run the packages' TypeScript as it stands: `node --import <this file> src/cli/main.ts`.
// A test that starts a real process then never meets an old build.
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

const door = /^@postern\/pop3(?:\/(client|server|testing))?$/;

registerHooks({
  resolve(specifier, context, next) {
    const [found, name] = door.exec(specifier) ?? [];
    if (found !== undefined) {
      const path = name === undefined ? "index.ts" : `${name}/index.ts`;
      return { url: new URL(`../../../pop3/src/${path}`, import.meta.url).href, shortCircuit: true };
    }
    if (specifier.startsWith(".") && specifier.endsWith(".js") && context.parentURL !== undefined) {
      const source = new URL(specifier.replace(/\.js$/, ".ts"), context.parentURL);
      if (existsSync(fileURLToPath(source))) return { url: source.href, shortCircuit: true };
    }
    return next(specifier, context);
  },
});
