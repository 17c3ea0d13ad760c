import { signal } from "@preact/signals"

// The token of a server with API_TOKENS is kept in this tab alone, until it is closed.

const key = "barista.token"

const read = (): string => {
  try {
    return sessionStorage.getItem(key) ?? ""
  } catch {
    return ""
  }
}

const token = signal(read())

/** Requests that wait until the reader gives a token; the dialog is shown while there are some. */
const waiting = new Set<(isGiven: boolean) => void>()

/** True while the server refuses to answer without a token. */
export const isTokenAsked = signal(false)

/** True after the server has refused the token that was given. */
export const isTokenRefused = signal(false)

/** The headers that carry the token. */
export const authorization = (): Record<string, string> =>
  token.peek() === "" ? {} : { authorization: `Bearer ${token.peek()}` }

/** Asks the reader for a token; true once there is another one, false if the reader closes the dialog. */
export const askForToken = (refused: string | undefined): Promise<boolean> => {
  // another request has asked meanwhile, and was answered
  if (authorization()["authorization"] !== refused) return Promise.resolve(true)
  isTokenRefused.value = refused !== undefined
  isTokenAsked.value = true
  return new Promise((resolve) => waiting.add(resolve))
}

const settle = (isGiven: boolean): void => {
  isTokenAsked.value = false
  for (const resolve of waiting) resolve(isGiven)
  waiting.clear()
}

export const giveToken = (text: string): void => {
  token.value = text.trim()
  try {
    sessionStorage.setItem(key, token.value)
  } catch {
    // kept until the page is left
  }
  settle(true)
}

export const giveNoToken = (): void => settle(false)
