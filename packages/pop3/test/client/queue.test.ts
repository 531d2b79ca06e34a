// First in, first out, however much goes through; and taking out, draining and walking on the way.
// Who waits in it is `pipelining.test.ts`'s.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Queue } from "../../src/client/queue.js";

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ push: fc.nat(50) }) },
    { weight: 5, arbitrary: fc.constant("shift" as const) },
    { weight: 2, arbitrary: fc.record({ remove: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.constant("drain" as const) },
  ),
  { maxLength: 200 },
);

test("it is an array that is shifted", () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const queue = new Queue<number>();
      let model: number[] = [];
      for (const step of steps) {
        if (step === "shift") expect(queue.shift()).toBe(model.shift());
        else if (step === "drain") {
          expect(queue.drain()).toEqual(model);
          model = [];
        } else if ("push" in step) {
          queue.push(step.push);
          model.push(step.push);
        } else {
          const at = model.indexOf(step.remove);
          if (at !== -1) model.splice(at, 1);
          expect(queue.remove(step.remove)).toBe(at !== -1);
        }
        expect([queue.length, queue.first, queue.last]).toEqual([model.length, model[0], model.at(-1)]);
        expect([...queue]).toEqual(model);
      }
    }),
  );
});

test("a long queue is emptied from its head, and filled meanwhile", () => {
  const queue = new Queue<number>();
  let next = 0;
  for (let item = 0; item < 10_000; item++) queue.push(item);
  for (let item = 10_000; item < 30_000; item++) {
    queue.push(item);
    expect(queue.shift()).toBe(next++);
  }
  expect(queue.length).toBe(10_000);
  expect(queue.first).toBe(next);
  expect(queue.last).toBe(29_999);
});
