// What a peer may send is any octets at all: a server refuses them and a client gives up, and neither breaks in another way.
// The octets are arbitrary, or a message of a real exchange with a few of its octets changed.
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ChannelBindings, type Mechanism, MechanismRefused } from "../../src/contracts/mechanism.js";
import { mechanisms } from "../../src/mechanisms/index.js";
import { Accounts, certificate, clientContext, converse, NOTHING, serverContext, utf8 } from "./conversation.js";

const channelBindings: ChannelBindings = { "tls-exporter": randomBytes(32) };

/** Nobody is in these accounts, so that nobody may come in. */
class NoAccounts extends Accounts {
  constructor() {
    super({});
  }

  override async anonymousUser(): Promise<null> {
    return null;
  }
}

const server = () =>
  serverContext({
    authenticator: new NoAccounts(),
    channelBindings,
    certificate,
    offered: mechanisms.map(({ name }) => name),
  });
const client = ({ name }: Mechanism) =>
  clientContext({ channelBindings, ...(name.includes("OAUTH") ? { token: "token" } : {}) });

const anyOctets = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.string({ unit: "binary", maxLength: 100 }).map(utf8),
  fc.stringMatching(/^[npy]?,?(?:[acemnprsvix]=[^,]{0,8},){0,5}$/).map(utf8),
  fc.constantFrom("", "\0a\0b", "n,,n=a,r=b", "p=tls-exporter,,n=a,r=b", "e=other-error", "{}", "<1@a>").map(utf8),
);

/** A few octets of a message changed, or its end cut off. */
const changes = fc.record({
  message: fc.nat({ max: 3 }),
  octets: fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 }),
  cut: fc.boolean(),
});
type Changes = typeof changes extends fc.Arbitrary<infer T> ? T : never;

function changed(octets: Uint8Array, { octets: places, cut }: Changes): Uint8Array {
  const copy = Uint8Array.from(octets);
  for (const [place, octet] of places) if (copy.length > 0) copy[place % copy.length] = octet;
  return cut ? copy.subarray(0, places[0]![0] % (copy.length + 1)) : copy;
}

describe.each(mechanisms.map((mechanism) => ({ mechanism, name: mechanism.name })))("$name", ({ mechanism }) => {
  test("arbitrary octets into the server are refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.option(anyOctets), fc.array(anyOctets, { maxLength: 4 }), async (initial, messages) => {
        const exchange = mechanism.server(server(), mechanism.clientFirst ? (initial ?? NOTHING) : initial);
        let step = await exchange.next();
        for (let turn = 0; !step.done; turn++) {
          expect(turn).toBeLessThan(3);
          step = await exchange.next(messages[turn] ?? NOTHING);
        }
        expect(step.value).toEqual({ user: null, refused: expect.stringMatching(/^(?:malformed|credentials)$/) });
      }),
      { numRuns: 300 },
    );
  });

  test("arbitrary octets into the client make it give up, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(anyOctets, { maxLength: 5 }), (challenges) => {
        const exchange = mechanism.client(client(mechanism));
        exchange.next();
        try {
          for (const challenge of challenges) if (exchange.next(challenge).done) return;
        } catch (error) {
          expect(error).toBeInstanceOf(MechanismRefused);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a real exchange with octets changed ends as an exchange does", async () => {
    const context = serverContext({ channelBindings, certificate });
    await fc.assert(
      fc.asyncProperty(changes, fc.boolean(), async (change, ofClient) => {
        const meddle = (octets: Uint8Array, at: number): Uint8Array =>
          at === change.message ? changed(octets, change) : octets;
        // It throws whatever is no `MechanismRefused`.
        await converse(mechanism, client(mechanism), context, ofClient ? { response: meddle } : { challenge: meddle });
      }),
      { numRuns: 100 },
    );
  });
});
