type Labels = Readonly<Record<string, string>>

/** One number under the family's name, or under its name with a suffix. Labels distinguish the samples. */
export interface Sample {
  readonly suffix?: "_bucket" | "_sum" | "_count"
  readonly labels: Labels
  readonly value: number
}

/**
 * A metric in Prometheus' model. Labels take few values, all from the server, because each combination is a series that
 * is kept for weeks.
 */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly samples: ReadonlyArray<Sample>
}

type Values = number | ReadonlyArray<readonly [labels: Labels, value: number]>

const family = (type: MetricFamily["type"]) => (name: string, help: string, values: Values): MetricFamily => ({
  name,
  help,
  type,
  samples: typeof values === "number"
    ? [{ labels: {}, value: values }]
    : values.map(([labels, value]) => ({ labels, value }))
})

/** Makes a figure that only grows, from the start of the process on. */
export const counter = family("counter")

/** Makes a figure that goes up and down. */
export const gauge = family("gauge")

const escaped = (value: string) =>
  value.replaceAll(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))

const labelsText = (labels: Labels) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`
}

const numberText = (value: number) => (Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "NaN")

const familyText = ({ help, name, samples, type }: MetricFamily) =>
  [
    `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ labels, suffix = "", value }) => `${name}${suffix}${labelsText(labels)} ${numberText(value)}`)
  ].join("\n")

export const contentType = "text/plain; version=0.0.4; charset=utf-8"

/** Renders families in Prometheus' text format 0.0.4, without those that have no samples. */
export const render = (families: ReadonlyArray<MetricFamily>): string =>
  families.filter(({ samples }) => samples.length > 0).map((each) => `${familyText(each)}\n`).join("")
