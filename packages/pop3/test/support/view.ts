// Sessions as declarations see them, for tests that need no server: before login in the clear, and after login inside TLS.
import type { SessionView } from "@postern/pop3";

export const outside: SessionView = {
  state: "AUTHORIZATION",
  secure: false,
  canStartTls: true,
  passwordLogin: false,
  mechanisms: [],
  timestamp: null,
  implementation: "Postern",
  policy: { loginDelaySeconds: 0, loginDelayPerUser: false, retentionDays: "never", retentionPerUser: false },
  utf8: false,
  utf8Names: false,
  languages: [],
};

export const inside: SessionView = {
  ...outside,
  state: "TRANSACTION",
  secure: true,
  canStartTls: false,
  passwordLogin: true,
  mechanisms: ["PLAIN"],
};
