// The exit statuses of a delivery agent, which mail transfer agents know from BSD's sysexits, and which error gets which.
// What is likely to pass gets EX_TEMPFAIL, so that the agent tries again; the others make it give the message back.
import { MaildropFailure } from "@postern/pop3/server";

/** Names as in sysexits(3), without `EX_`. */
export const sysexits = {
  ok: 0,
  usage: 64,
  dataErr: 65,
  noUser: 67,
  software: 70,
  cantCreat: 73,
  ioErr: 74,
  tempFail: 75,
  noPerm: 77,
  config: 78,
} as const;

export type Sysexit = (typeof sysexits)[keyof typeof sysexits];

/** A delivery that is refused for a reason known here. The message is a sentence for the agent's log. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: Sysexit;

  constructor(status: Sysexit, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const byErrorCode: Readonly<Record<string, Sysexit>> = {
  EACCES: sysexits.noPerm,
  EPERM: sysexits.noPerm,
  ENOSPC: sysexits.tempFail,
  EDQUOT: sysexits.tempFail,
  EMFILE: sysexits.tempFail,
  ENFILE: sysexits.tempFail,
  ENOMEM: sysexits.tempFail,
  EAGAIN: sysexits.tempFail,
  EBUSY: sysexits.tempFail,
  EROFS: sysexits.cantCreat,
  ENOTDIR: sysexits.cantCreat,
  EIO: sysexits.ioErr,
};

/** The exit status that an error calls for; EX_SOFTWARE for one that nobody expected. */
export function sysexitOf(error: unknown): Sysexit {
  if (error instanceof Refusal) return error.status;
  if (error instanceof MaildropFailure) return error.kind === "permanent" ? sysexits.cantCreat : sysexits.tempFail;
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return (code === undefined ? undefined : byErrorCode[code]) ?? sysexits.software;
}
