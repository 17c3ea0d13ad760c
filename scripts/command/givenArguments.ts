/**
 * Returns the arguments of a script, with flags that npm took for its own. Without `--`, `npm run demo timeout
 * --virtual` leaves the flag only in the environment, as `npm_config_virtual=true`. Some versions of npm take the word
 * after the flag as its value.
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
