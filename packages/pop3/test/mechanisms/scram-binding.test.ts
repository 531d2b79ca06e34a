// Channel binding in SCRAM (RFC 5802 §6): what a proof is bound to, and what says that somebody stands in the middle.
// The octets of a binding are TLS's business; here they are random.
import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ChannelBindings } from "../../src/contracts/mechanism.js";
import { answer, clientContext, converse, CREDENTIALS, MALFORMED, serverContext } from "./conversation.js";
import { bindings, members, plus, replacing } from "./scram-family.js";

describe.each(members.filter(({ mechanism }) => mechanism.bindsChannel))(
  "$name binds the channel:",
  ({ mechanism }) => {
    const other: ChannelBindings = { "tls-exporter": randomBytes(32), "tls-server-end-point": randomBytes(32) };

    test.each([
      ["tls-exporter before anything else", bindings, "p=tls-exporter,,"],
      [
        "the end point where that is all there is",
        { "tls-server-end-point": bindings["tls-server-end-point"]! },
        "p=tls-server-end-point,,",
      ],
    ])("%s", async (_, channelBindings, header) => {
      const { outcome, lines } = await converse(
        mechanism,
        clientContext({ channelBindings }),
        serverContext({ channelBindings: bindings }),
      );
      expect(outcome).toEqual({ user: "ann" });
      expect(lines[0]!.slice("C: ".length)).toMatch(new RegExp(`^${header}`));
    });

    test("another connection's binding is refused", async () => {
      for (const type of ["tls-exporter", "tls-server-end-point"] as const) {
        const { outcome, lines } = await converse(
          mechanism,
          clientContext({ channelBindings: { [type]: bindings[type]! } }),
          serverContext({ channelBindings: other }),
        );
        expect(outcome).toEqual(CREDENTIALS);
        expect(lines).toHaveLength(3);
      }
    });

    test.each(["n,,", "y,,", "p=tls-unique,,", "p=TLS-EXPORTER,,", "p=toString,,", "p=constructor,,"])(
      "a first message with %s is refused",
      async (header) => {
        const context = serverContext({ channelBindings: bindings, offered: plus });
        expect(await answer(mechanism, context, [`${header}n=ann,r=abc`])).toEqual({
          challenges: [],
          outcome: MALFORMED,
        });
      },
    );

    test("there is nothing to bind outside TLS", async () => {
      expect(await answer(mechanism, serverContext(), ["p=tls-exporter,,n=ann,r=abc"])).toMatchObject({
        outcome: MALFORMED,
      });
      expect(() => mechanism.client(clientContext()).next()).toThrow(RangeError);
      expect(() => mechanism.client(clientContext({ channelBindings: {} })).next()).toThrow(RangeError);
    });
  },
);

describe.each(members.filter(({ mechanism }) => !mechanism.bindsChannel))(
  "$name does not bind:",
  ({ mechanism, name }) => {
    test("p is refused", async () => {
      const context = serverContext({ channelBindings: bindings });
      expect(await answer(mechanism, context, ["p=tls-exporter,,n=ann,r=abc"])).toEqual({
        challenges: [],
        outcome: MALFORMED,
      });
    });

    test("y is refused where the same hash function is offered with binding: the list was shortened on its way", async () => {
      const context = clientContext({ channelBindings: bindings, bindingUnoffered: true });
      const offering = (offered: readonly string[]) => converse(mechanism, context, serverContext({ offered }));
      const { outcome, lines } = await offering([`${name}-PLUS`, name]);
      expect(outcome).toEqual(CREDENTIALS);
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/^C: y,,n=ann,r=/);
      expect((await offering([name])).outcome).toEqual({ user: "ann" });
      // A client that knows one hash function alone has not seen a -PLUS of the other.
      expect((await offering([name, ...plus.filter((other) => other !== `${name}-PLUS`)])).outcome).toEqual({
        user: "ann",
      });
    });

    test("n says that the client cannot bind, and is let in", async () => {
      const { outcome, lines } = await converse(mechanism, clientContext(), serverContext({ offered: plus }));
      expect(outcome).toEqual({ user: "ann" });
      expect(lines[0]).toMatch(/^C: n,,n=ann,r=/);
    });

    test("y that was made of n on the way is noticed", async () => {
      const response = replacing(0, /^n/, "y");
      expect((await converse(mechanism, clientContext(), serverContext(), { response })).outcome).toEqual(CREDENTIALS);
    });
  },
);
