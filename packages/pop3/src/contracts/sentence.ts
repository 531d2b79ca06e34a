// The sentences that people read in replies, in English. Each has its translation in every file of `languages/`: the type of those
// files asks for it. `{name}` stands for a value. Knows no command; what programs read in a reply (numbers, codes) is no sentence.

/** Every sentence of every reply. */
export const SENTENCES = [
  // greeting and end
  "POP3 server ready",
  "POP3 server ready {announced}",
  "bye",
  "the server is stopping; nothing was deleted",
  "the session has ended",
  "too many connections; try again later",
  "the server is stopping; try again later",
  "this port begins in the clear; TLS begins with STLS here, or on the TLS port",
  // command lines
  "a command holds no control characters",
  "a command holds printable ASCII characters only",
  "a command begins with a keyword of three or four characters",
  "a command does not end in a space",
  "a command line is limited to {octets} octets",
  "a line goes on without end",
  "this command is not known here",
  "{keyword} is not valid in the {state} state: log in first",
  "{keyword} is not valid in the {state} state: a session has one login",
  "{keyword} is not available in this session",
  "{problem}: {usage}",
  // parameters
  "no parameters are expected",
  "a message number is expected",
  "a message number is a decimal number from 1 up",
  "a message number and a count of lines are expected",
  "a count of lines is a decimal number from 0 up",
  "a name is expected",
  "a name holds no spaces",
  "a password is expected",
  "a name and a digest of 32 hexadecimal digits in lower case are expected",
  "the name of a mechanism is expected",
  "the name of a mechanism and at most one initial response are expected",
  "an initial response is Base64, or = where it is empty",
  "a language is a tag such as en or pt-BR, or * for the server's choice",
  // login
  "the password is expected next",
  "PASS comes immediately after a successful USER",
  "the name or the password is wrong",
  "the login failed",
  "the login could not be checked; try again later",
  "the login was cancelled",
  "this mechanism is not offered here; CAPA lists those that are",
  "the answer is not Base64",
  "the answer is longer than {octets} octets",
  "the exchange does not follow the rules of {mechanism}",
  "this name or password holds characters that may not be used",
  "a password is not accepted in the clear: start TLS with STLS first, or use the TLS port",
  "a password is not accepted in the clear: use the TLS port",
  "no password is accepted here: log in with AUTH",
  "no mechanism is offered on this connection",
  "no account here has a secret for APOP",
  "the last login was a moment ago; try again in {seconds} seconds",
  "the maildrop is open in another session; try again when that one has ended",
  "the maildrop cannot be opened now; try again later",
  "the maildrop cannot be opened; please tell whoever runs this server",
  "the maildrop is open; messages: {count}, octets: {octets}",
  // TLS, capabilities, languages
  "begin TLS negotiation",
  "TLS is active already",
  "TLS does not begin after UTF8",
  "this server has no certificate to start TLS with",
  "capability list follows",
  "UTF-8 from here on",
  "UTF-8 mode is on already",
  "language listing follows",
  "{tag} the language is English from here on",
  "there is no such language here; LANG lists those that there are",
  // messages
  "messages: {count}, octets: {octets}",
  "{octets} octets",
  "top of message follows",
  "unique-id listing follows",
  "message {number} will be deleted at the end of the session",
  "message {number} is marked as deleted",
  "there is no such message; messages in this session: {count}",
  "message {number} needs UTF-8: send UTF8 before the next login",
  // failures
  "the deletion failed; messages marked as deleted may still be there",
  "the maildrop is damaged; please tell whoever runs this server",
  "this failed here; try again later",
] as const;

/** One of them, in English. */
export type Sentence = (typeof SENTENCES)[number];

/** A sentence with the values for its placeholders; a value may be a sentence itself. */
export interface Said {
  readonly sentence: Sentence;
  readonly values?: Readonly<Record<string, string | number | Said>>;
}

/** The text of a reply: a sentence for people, or what programs read and a private capability's own words, which are sent as they are. */
export type ReplyText = string | Said;

export function say(sentence: Sentence, values?: Said["values"]): Said {
  return values === undefined ? { sentence } : { sentence, values };
}
