import { expect, test } from "vitest";
import { nearest } from "../../src/config/nearest.js";

const known = ["listen", "listen_tls", "data", "tls_cert", "limits.connections"];

test.each([
  ["lisen", "listen"],
  ["LISTEN", "listen"],
  ["listen-tls", "listen_tls"],
  ["dta", "data"],
  ["limits.conections", "limits.connections"],
  ["limit.connection", "limits.connections"],
])("%s means %s", (name, meant) => {
  expect(nearest(name, known)).toBe(meant);
});

test.each(["", "port", "something"])("%s means nothing known", (name) => {
  expect(nearest(name, known)).toBeNull();
});
