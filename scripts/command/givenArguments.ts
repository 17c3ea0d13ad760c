/**
 * The arguments of a script, with a flag that npm took for its own: without `--` before it, `npm run demo timeout --virtual` leaves it in the
 * environment alone, as `npm_config_virtual=true`. Some versions of npm take the word behind the flag as its value.
 */
export const givenArguments = (
  args: ReadonlyArray<string>,
  flag: string,
  env: Readonly<Record<string, string | undefined>>
): ReadonlyArray<string> => {
  const value = env[`npm_config_${flag}`] ?? ""
  if (value === "" || value === "false" || args.includes(`--${flag}`)) return args
  return [...args, `--${flag}`, ...(value === "true" ? [] : [value])]
}
