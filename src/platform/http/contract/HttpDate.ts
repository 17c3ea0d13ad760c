import { DateTime, Option } from "effect"

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
const month = `(?<month>${months.join("|")})`
const time = "(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)"

/** The form that servers write, and the two obsolete forms that they must still read (RFC 9110, 5.6.7). */
const forms = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d{2}) ${month} (?<year>\\d{4}) ${time} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d{2})-${month}-(?<year>\\d{2}) ${time} GMT$`),
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>\\d{2}| \\d) ${time} (?<year>\\d{4})$`)
]

const fifty = 50

/** Expands a year of two digits. The year lies in the past if it would otherwise be more than fifty years ahead. */
const fullYear = (written: string, now: number) => {
  if (written.length === 4) return Number(written)
  const current = DateTime.getPartUtc(DateTime.unsafeMake(now), "year")
  const year = current - current % 100 + Number(written)
  return year > current + fifty ? year - 100 : year
}

/** Parses a date of a header to milliseconds since the epoch; `None` if the text is not a date. */
export const parse = (written: string, now: number): Option.Option<number> => {
  for (const form of forms) {
    const { day = "", hour, minute, month = "", second, year = "" } = form.exec(written.trim())?.groups ?? {}
    if (year === "") continue
    const midnight = Date.UTC(fullYear(year, now), months.indexOf(month), Number(day))
    // `Date.UTC` turns the 31st of February into a day in March.
    if (DateTime.getPartUtc(DateTime.unsafeMake(midnight), "day") !== Number(day)) return Option.none()
    return Option.some(midnight + (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1000)
  }
  return Option.none()
}

/** Formats milliseconds since the epoch for `Last-Modified`, in whole seconds. */
export const format = (millis: number): string => DateTime.toDateUtc(DateTime.unsafeMake(millis)).toUTCString()
