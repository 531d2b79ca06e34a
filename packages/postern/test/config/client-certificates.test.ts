// The table `client_certificates`: when it is off, and what is said of keys that do not go together.
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.js";

type Written = Readonly<Record<string, unknown>>;

const load = (written: Written): ReturnType<typeof loadConfig> =>
  loadConfig({
    cwd: "/srv",
    env: {},
    flags: Object.fromEntries(Object.entries(written).map(([key, value]) => [`client_certificates.${key}`, value])),
  });

test("nobody logs in by certificate while no authority is named", () => {
  expect(load({}).client_certificates).toBeUndefined();
  expect(load({ user: "email" }).client_certificates).toBeUndefined();
});

test("authorities are enough", () => {
  expect(load({ ca: "ca.pem" }).client_certificates).toEqual({ ca: "/srv/ca.pem", user: "common-name" });
  expect(load({ ca: "ca.pem", user: "map", map: "users" }).client_certificates).toEqual({
    ca: "/srv/ca.pem",
    user: "map",
    map: "/srv/users",
  });
});

test.each<[Written, string]>([
  [{ map: "users" }, "client_certificates.ca: write the path of the certificates of the authorities"],
  [{ ca: "a", user: "map" }, "client_certificates.map: write the path of a file of lines `fingerprint user`"],
  [{ ca: "a", user: "serial" }, '--client-certificates.user: write "common-name", "email" or "map", not "serial"'],
  [{ ca: "" }, "--client-certificates.ca: write the path of a file"],
])("refuses %j", (written, message) => {
  expect(() => load(written)).toThrow(message);
});
