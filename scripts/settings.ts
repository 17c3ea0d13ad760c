// Prints the settings as the table of README.md: node scripts/build.mjs settings && node dist/settings.js
import { settings } from "../src/AppConfig.ts"
import { defaults, variable } from "../src/policy/Policies.ts"

const row = (...cells: ReadonlyArray<string>) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`

/** The table of README.md: one row a setting, one a named policy. */
export const settingsTable = (): string =>
  [
    row("variable", "default", "what it is"),
    row("---", "---", "---"),
    ...Object.values(settings).map(({ defaultText, description, name }) =>
      row(`\`${name}\``, defaultText, description)
    ),
    ...Object.keys(defaults).map((name) =>
      row(`\`${variable(name)}\``, "see `/policies`", `The policy \`${name}\`, as JSON`)
    )
  ].join("\n")

if (import.meta.url.endsWith("/settings.js")) process.stdout.write(`${settingsTable()}\n`)
