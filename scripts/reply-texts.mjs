// Finds what people would read in a reply and no translation has: words where a `ReplyText` is expected, beside contracts/sentence.ts.
// It asks TypeScript what each place expects; which words are good is not its business.
import { resolve } from "node:path";
import ts from "typescript";

/** Where replies are made. */
const rooms = ["capabilities", "protocol", "registry", "server"].map((room) => `packages/pop3/src/${room}/`);

/** What writes a reply's line, and which of its parameters is the text: words there have passed every translation by. */
const writer = "formatReplyLine";
const writersText = 2;

/**
 * @param {string} root the folder that holds packages/
 * @param {Readonly<Record<string, string>>} [more] files that are not on disk, by their path from the root
 * @returns {{ files: number, places: number, findings: string[] }} how much was looked at, and what is wrong
 */
export function inspectReplyTexts(root, more = {}) {
  const program = programOf(root, more);
  const checker = program.getTypeChecker();
  let files = 0;
  let places = 0;
  /** @type {string[]} */
  const findings = [];
  for (const file of program.getSourceFiles()) {
    const path = file.fileName.slice(resolve(root).length + 1);
    if (!rooms.some((room) => path.startsWith(room))) continue;
    files += 1;
    visit(file, (node) => {
      const place = placeOf(node, checker);
      if (place === null) return;
      places += 1;
      if (!hasWords(/** @type {ts.Expression} */ (node), place, checker)) return;
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
      findings.push(`${path}:${line}: ${node.getText(file)}: words in a reply are say("…") of contracts/sentence.ts`);
    });
  }
  return { files, places, findings };
}

/** @param {string} root @param {Readonly<Record<string, string>>} more */
function programOf(root, more) {
  const configFile = resolve(root, "packages/pop3/tsconfig.json");
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile);
  const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, resolve(root, "packages/pop3"));
  const texts = new Map(Object.entries(more).map(([path, text]) => [resolve(root, path), text]));
  const host = ts.createCompilerHost(options, true);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  return ts.createProgram([...fileNames, ...texts.keys()], { ...options, noEmit: true }, host);
}

/** @param {ts.Node} node @param {(node: ts.Node) => void} act */
function visit(node, act) {
  act(node);
  ts.forEachChild(node, (child) => visit(child, act));
}

/**
 * Whether a reply's text is expected here, or a value in it; a choice between two is looked at in its parts.
 *
 * @param {ts.Node} node
 * @param {ts.TypeChecker} checker
 * @returns {"text" | "value" | null}
 */
function placeOf(node, checker) {
  if (!ts.isExpression(node) || ts.isConditionalExpression(node) || ts.isParenthesizedExpression(node)) return null;
  if (isName(node)) return null;
  if (isWritten(node)) return "text";
  const expected = expectedType(node, checker);
  const parts = expected?.isUnion() === true ? expected.types : [];
  if (!parts.some(isSaid) || !parts.some(isString)) return null;
  return parts.some(({ flags }) => (flags & ts.TypeFlags.Number) !== 0) ? "value" : "text";
}

/** Whether it only names a property. @param {ts.Expression} node */
function isName({ parent, pos }) {
  if (ts.isPropertyAssignment(parent)) return parent.name.pos === pos;
  return ts.isPropertyAccessExpression(parent) && parent.name.pos === pos;
}

/**
 * Whether it is written here and goes onto a line as it is, whatever TypeScript expects: into the writer, or in the server, which answers
 * in all that it does, as the property of a reply or of a refusal.
 *
 * @param {ts.Expression} node
 */
function isWritten(node) {
  if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return false;
  const holder = holderOf(node);
  if (ts.isCallExpression(holder)) {
    return ts.isIdentifier(holder.expression) && holder.expression.text === writer && isArgument(node, holder);
  }
  if (!ts.isPropertyAssignment(holder) || !holder.getSourceFile().fileName.includes("/pop3/src/server/")) return false;
  return ["text", "problem"].includes(holder.name.getText());
}

/** What takes it, through choices and parentheses. @param {ts.Node} node @returns {ts.Node} */
function holderOf({ parent }) {
  return ts.isConditionalExpression(parent) || ts.isParenthesizedExpression(parent) ? holderOf(parent) : parent;
}

/** @param {ts.Node} node @param {ts.CallExpression} call */
function isArgument(node, call) {
  const text = call.arguments[writersText];
  return text !== undefined && text.pos <= node.pos && node.end <= text.end;
}

/** @param {ts.Expression} node @param {ts.TypeChecker} checker */
function expectedType(node, checker) {
  if (!ts.isShorthandPropertyAssignment(node.parent)) return checker.getContextualType(node);
  const object = checker.getContextualType(node.parent.parent);
  const property = object && checker.getPropertyOfType(object, node.parent.name.text);
  return property && checker.getTypeOfSymbolAtLocation(property, node);
}

/** @param {ts.Type} type */
function isSaid(type) {
  const [declaration] = type.symbol?.declarations ?? [];
  return type.symbol?.name === "Said" && declaration?.getSourceFile().fileName.endsWith("/contracts/sentence.ts");
}

/** @param {ts.Type} type */
function isString(type) {
  return (type.flags & ts.TypeFlags.String) !== 0;
}

/**
 * Whether it has letters of its own, or is a string from somewhere else that may have some. A text that is handed on as such was looked
 * at where it was made; a value may be any data.
 *
 * @param {ts.Expression} node
 * @param {"text" | "value"} place
 * @param {ts.TypeChecker} checker
 */
function hasWords(node, place, checker) {
  if (ts.isTemplateExpression(node)) {
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].some(({ text }) => hasLetters(text));
  }
  if (ts.isStringLiteralLike(node)) return hasLetters(node.text);
  if (place === "value") return false;
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  if (parts.some(isSaid)) return false;
  return parts.some((part) => (part.isStringLiteral() ? hasLetters(part.value) : isString(part)));
}

/** @param {string} text */
function hasLetters(text) {
  return /\p{L}/u.test(text);
}
