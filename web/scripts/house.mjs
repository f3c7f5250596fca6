// House rules the linter does not know: small files, a header on each, no markup that the content security policy would block.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

const LINES_MAX = 400;
const findings = [];

function visit(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (path === "src/gen" || path === "e2e/out") continue;
    if (statSync(path).isDirectory()) visit(path);
    else if (/\.(ts|mjs|svelte|css)$/.test(name)) look(path, readFileSync(path, "utf8"));
  }
}

function look(path, text) {
  const lines = text.split("\n").length - 1;
  if (lines > LINES_MAX) findings.push(`${path}: ${lines} lines; split it (at most ${LINES_MAX})`);
  if (path.startsWith("src") && !/^\s*(\/\/|\/\*|<!--)/.test(text)) findings.push(`${path}: starts without a comment that says what it is`);
  if (path.endsWith(".svelte")) {
    if (/\{@html/.test(text)) findings.push(`${path}: {@html} renders what people wrote as markup`);
    if (/<[a-z][^>]*\sstyle="/.test(text)) findings.push(`${path}: a style attribute is blocked by the policy; use style:property`);
  }
  if (/\b(innerHTML|outerHTML|insertAdjacentHTML)\b/.test(text)) findings.push(`${path}: builds markup from text`);
}

for (const folder of ["src", "test", "e2e"]) visit(folder);
for (const finding of findings) console.error(finding);
process.exit(findings.length === 0 ? 0 : 1);
