// Loads each door of the built library by its package name, on whatever Node runs this file: the oldest that is promised
// and the newest there is. Plain JavaScript and node:test, because no other test tool runs on all of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const doors = Object.keys(manifest.exports).filter((door) => door !== "./package.json");

test("the library has doors, and no dependency", () => {
  assert.ok(doors.length >= 3, `only ${doors.length} doors: ${doors.join(" ")}`);
  assert.deepEqual(manifest.dependencies ?? {}, {});
  assert.deepEqual(manifest.peerDependencies ?? {}, {});
});

for (const door of doors) {
  const name = door.replace(/^\./, manifest.name);
  test(`${name} loads and exports something`, async () => {
    const loaded = await import(name);
    assert.notDeepEqual(Object.keys(loaded), []);
  });
}
