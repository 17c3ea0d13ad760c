// Prints src/settings/README.md: node scripts/build.mjs settings && node dist/settings.js > src/settings/README.md
import { settings } from "../src/AppConfig.ts"
import { defaults, variable } from "../src/policy/Policies.ts"

const row = (...cells: ReadonlyArray<string>) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`

/** Renders the page of the settings: one row for each setting and each named policy. */
export const settingsPage = (): string =>
  [
    "# Settings",
    "",
    "Environment variables, read once at the start. A bad value stops the start with a line that says what would be right.",
    "",
    row("variable", "default", "what it is"),
    row("---", "---", "---"),
    ...Object.values(settings).map(({ defaultText, description, name }) =>
      row(`\`${name}\``, defaultText, description)
    ),
    ...Object.keys(defaults).map((name) =>
      row(`\`${variable(name)}\``, "see `/policies`", `The policy \`${name}\`, as JSON`)
    ),
    ""
  ].join("\n")

if (import.meta.url.endsWith("/settings.js")) process.stdout.write(settingsPage())
