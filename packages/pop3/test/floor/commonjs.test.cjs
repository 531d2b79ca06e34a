// The built library from CommonJS: every Node that is promised can `require` a module without top-level await.
// That each door loads by `import` is `doors.test.mjs`'s.
const assert = require("node:assert/strict");
const test = require("node:test");

test("require of the client gives what import gives", async () => {
  const required = require("@postern/pop3/client");
  assert.equal(typeof required.Pop3Client.connect, "function");
  const imported = await import("@postern/pop3/client");
  assert.equal(required.Pop3Client, imported.Pop3Client);
  assert.deepEqual(
    Object.keys(required).toSorted(),
    Object.keys(imported)
      .filter((name) => name !== "module.exports")
      .toSorted(),
  );
});

test("the other doors are there, too", () => {
  assert.equal(typeof require("@postern/pop3").Registry, "function");
  assert.equal(typeof require("@postern/pop3/server").Pop3Server, "function");
  assert.equal(typeof require("@postern/pop3/testing").Wire, "function");
});
