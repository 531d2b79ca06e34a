// The log's lines: for people and for programs, by level, and that nothing secret or foreign gets into them.
import { expect, test } from "vitest";
import { logEvents } from "../../src/service/events.js";
import { createLog } from "../../src/service/log.js";
import type { Log, LogEntry } from "../../src/service/log.js";

async function logged(format: "json" | "text", level: "debug" | "info" | "warn" | "error", write: (log: Log) => void) {
  const lines: string[] = [];
  write(await createLog({ format, level, worker: null }, (line) => lines.push(line)));
  return lines;
}

const entry: LogEntry = {
  level: "info",
  event: "login.accepted",
  msg: "ann logged in",
  fields: { user: "ann", octets: 7 },
};

test("text is a time and a sentence", async () => {
  const lines = await logged("text", "info", (log) => log.write(entry));
  expect(lines).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z ann logged in\n$/)]);
});

test("JSON is one object a line, with the fields beside the sentence", async () => {
  const [line = ""] = await logged("json", "info", (log) => log.write(entry));
  expect(line).toMatch(/^\{.*\}\n$/);
  expect(JSON.parse(line)).toEqual({
    level: "info",
    time: expect.stringMatching(/Z$/) as string,
    event: "login.accepted",
    user: "ann",
    octets: 7,
    msg: "ann logged in",
  });
});

test("JSON of a worker says which one", async () => {
  const lines: string[] = [];
  (await createLog({ format: "json", level: "info", worker: 3 }, (line) => lines.push(line))).write(entry);
  expect(JSON.parse(lines[0]!)).toMatchObject({ worker: 3 });
});

test.each(["json", "text"] as const)("%s leaves out what is below the level", async (format) => {
  const lines = await logged(format, "warn", (log) => {
    for (const level of ["debug", "info", "warn", "error"] as const) log.write({ ...entry, level, msg: level });
  });
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain("warn");
  expect(lines[1]).toContain("error");
});

test("a field with the name of a secret is never shown", async () => {
  const fields = { password: "hunter2", secret: "hunter2", token: "hunter2", response: "hunter2" };
  for (const format of ["json", "text"] as const) {
    const [line] = await logged(format, "info", (log) => log.write({ ...entry, fields }));
    expect(line).not.toContain("hunter2");
  }
});

test("text breaks out of its line in no form", async () => {
  const [line = ""] = await logged("text", "info", (log) =>
    log.write({ ...entry, msg: "a\r\nb\u001b[31m\u0085c\u2028" }),
  );
  expect(line.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/);
});

test("a server is listened to only for what the level lets through", async () => {
  const heard = async (level: "debug" | "info" | "error"): Promise<string[]> => {
    const names: string[] = [];
    const source = { on: (name: string) => void names.push(name) };
    logEvents(source, await createLog({ format: "text", level, worker: null }, () => {}));
    return names;
  };
  expect(await heard("debug")).toContain("command.answered");
  expect(await heard("info")).not.toContain("command.answered");
  expect(await heard("info")).toContain("login.refused");
  expect((await heard("error")).toSorted()).toEqual(["failure.caught", "listener.failed"]);
});
