// How the HTML report looks: on a screen in light and dark, on A4 in colour and in grey. Meaning never hangs on colour alone.
// Knows the classes of `html.ts` and `html-parts.ts`; no font, image or other file is loaded.
import { type Markup, markup } from "./markup.js";

/** The style sheet. It holds none of `& < >`, so it is the same text in HTML and in XML. */
export const htmlStyle: Markup = markup`
:root { color-scheme: light dark; --back: #fff; --text: #1b1f24; --soft: #57606a; --rule: #d0d7de; --pane: #f6f8fa;
  --link: #0550ae; --good: #116329; --bad: #a40e26; --open: #7d4e00; --client: #0550ae; --server: #1b1f24; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --soft: #9da7b3; --rule: #3d444d; --pane: #161b22;
    --link: #79c0ff; --good: #7ee787; --bad: #ff9b94; --open: #e3b341; --client: #79c0ff; --server: #e6edf3; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 66rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); text-underline-offset: .15em; }
code, pre { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .875em; }
h1 { margin: 0 0 1rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; padding-bottom: .3rem; border-bottom: 1px solid var(--rule); font-size: 1.3rem; }
h3 { margin: 0; font-size: 1rem; line-height: 1.4; }
.kicker { margin: 0; color: var(--soft); }
.note { color: var(--soft); font-weight: normal; font-size: .85em; }
.overall { margin: 0; padding: .7rem 1rem; border: 1px solid; border-left-width: .5rem; border-radius: .3rem; font-weight: 600; }
.overall.conformant { color: var(--good); } .overall.failing { color: var(--bad); } .overall.untested { color: var(--soft); }
.totals { margin: .5rem 0 1.5rem; color: var(--soft); }
.bad { color: var(--bad); }
dl { margin: 0; }
dl div { display: grid; grid-template-columns: 8.5rem 1fr; gap: .75rem; padding: .15rem 0; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--rule); text-align: left; vertical-align: top; }
thead th { color: var(--soft); font-weight: 600; white-space: nowrap; overflow-wrap: normal; }
tbody th { overflow-wrap: anywhere; min-width: 10rem; }
.wide { overflow-x: auto; }
.capabilities td.stage { min-width: 7rem; }
.capabilities td:last-child { min-width: 15rem; }
.capabilities tr.not-announced th, .capabilities tr.not-announced td { color: var(--soft); font-weight: normal; }
.pill { display: inline-block; padding: 0 .5rem; border: 1px solid; border-radius: 1rem; white-space: nowrap; font-weight: 600; }
.pill.true { color: var(--good); } .pill.false { color: var(--bad); border-width: 2px; }
.pill.undecided { color: var(--open); border-style: dashed; } .pill.not-announced { color: var(--soft); font-weight: normal; border-color: transparent; padding-left: 0; }
a.check { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85em; }
.checks td:first-child { width: 9rem; } .checks td:nth-child(2) { width: 5rem; } .checks td:last-child { width: 8.5rem; }
h3.reason { margin: 1.25rem 0 .25rem; }
article.check { margin: 1rem 0; padding: .9rem 1.1rem; border: 1px solid var(--rule); border-left: .35rem solid var(--open); border-radius: .3rem; }
article.failed.MUST { border-left-color: var(--bad); } article.undecided { border-left-style: double; }
.level { padding: .05rem .4rem; border: 1px solid; border-radius: .2rem; font-size: .8rem; color: var(--open); }
.failed.MUST .level { color: var(--bad); }
.source { margin: .25rem 0 .6rem; color: var(--soft); font-size: .9rem; }
article dl div { grid-template-columns: 4.5rem 1fr; }
.transcript { margin: .75rem 0 0; padding: .6rem .8rem; max-height: 28rem; overflow: auto; background: var(--pane); border: 1px solid var(--rule);
  border-radius: .3rem; line-height: 1.45; }
.transcript span { display: block; padding-left: 2.2em; text-indent: -2.2em; white-space: pre-wrap; }
.transcript b { font-weight: 700; }
.client { color: var(--client); font-weight: 600; } .server { color: var(--server); } .event { color: var(--soft); font-style: italic; }
footer { margin-top: 3rem; color: var(--soft); font-size: .9rem; }
@media (max-width: 44rem) {
  dl div, article dl div { grid-template-columns: 1fr; gap: 0; }
}
@page { size: A4; margin: 15mm 14mm; }
@media print {
  :root { color-scheme: light; --back: #fff; --text: #000; --soft: #444; --rule: #999; --pane: #f4f4f4; --link: #003; --good: #064d1b;
    --bad: #8a0018; --open: #5c3a00; --client: #00308f; --server: #000; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h1 { font-size: 17pt; } h2 { font-size: 13pt; margin-top: 1.5rem; }
  h2, h3, .source, thead { break-after: avoid; }
  tr, dl div, .transcript.short, .overall { break-inside: avoid; }
  .transcript { max-height: none; overflow: visible; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; }
}
`;
