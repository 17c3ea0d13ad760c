import type { Text } from "../../../src/domain/Text.ts"

/** The number words of a language, and the word between the parts of a share: one in five, une sur cinq. */
interface Words {
  readonly values: Readonly<Record<string, number>>
  readonly one: ReadonlyArray<string>
  readonly over: string
  readonly decimal: string
}

const english: Words = {
  values: {
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    twenty: 20,
    thirty: 30,
    forty: 40,
    fifty: 50,
    hundred: 100,
    hundredfold: 100,
    thousand: 1_000,
    half: 1 / 2,
    third: 1 / 3,
    quarter: 1 / 4,
    fifth: 1 / 5,
    tenth: 1 / 10,
    twice: 2,
    doubles: 2,
    thrice: 3
  },
  one: ["one", "a"],
  over: "in",
  decimal: "."
}

const french: Words = {
  values: {
    deux: 2,
    trois: 3,
    quatre: 4,
    cinq: 5,
    six: 6,
    sept: 7,
    huit: 8,
    neuf: 9,
    dix: 10,
    vingt: 20,
    trente: 30,
    quarante: 40,
    cinquante: 50,
    cent: 100,
    mille: 1_000,
    demi: 1 / 2,
    moitié: 1 / 2,
    tiers: 1 / 3,
    quart: 1 / 4,
    cinquième: 1 / 5,
    dixième: 1 / 10,
    doubler: 2
  },
  one: ["un", "une"],
  over: "sur",
  decimal: ","
}

/** Words between a number and the whole of which it is a share: ten more attempts in a hundred. */
const mostBetween = 4

const numbersOf = (sentence: string, { decimal, one, over, values }: Words): ReadonlySet<number> => {
  // p99 names a figure and is no number of its own
  const tokens = sentence.toLowerCase().match(/[a-zà-ÿ]+\d*|\d+(?:[.,]\d+)?|%/g) ?? []
  const valueOf = (token: string | undefined): number | undefined =>
    token === undefined ? undefined : /^\d/.test(token) ? Number(token.replace(decimal, ".")) : values[token]
  /** The whole of which a number is a share, and its place. */
  const wholeAfter = (place: number) => {
    for (let next = place + 1; next <= place + 1 + mostBetween; next++) {
      if (tokens[next] !== over) {
        if (valueOf(tokens[next]) === undefined) continue
        return undefined
      }
      const at = one.includes(tokens[next + 1] ?? "") ? next + 2 : next + 1
      const whole = valueOf(tokens[at])
      return whole === undefined ? undefined : { whole, at }
    }
    return undefined
  }
  const found = new Set<number>()
  for (let place = 0; place < tokens.length; place++) {
    const token = tokens[place] ?? ""
    // by itself, "one" is mostly an article or a pronoun
    const value = valueOf(token) ?? (one.includes(token) ? 1 : undefined)
    if (value === undefined) continue
    const share = wholeAfter(place)
    if (share !== undefined) {
      found.add(value / share.whole)
      place = share.at
    } else if (!one.includes(token)) {
      found.add(tokens[place + 1] === "%" ? value / 100 : value)
    }
  }
  return found
}

/** Reads the numbers of a sentence in both languages, digits and words. A percentage and "one in five" are shares. */
export const numbersIn = ({ en, fr }: Text): Readonly<Record<"en" | "fr", ReadonlySet<number>>> => ({
  fr: numbersOf(fr, french),
  en: numbersOf(en, english)
})
