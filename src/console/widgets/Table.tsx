import type { ComponentChildren } from "preact"

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => ComponentChildren
  /** Figures stand at the right, digit below digit. */
  readonly isFigure?: boolean
}

interface Props<Row> {
  /** Read by a screen reader before the table. */
  readonly caption: string
  readonly columns: ReadonlyArray<Column<Row>>
  readonly rows: ReadonlyArray<Row>
  readonly keyOf: (row: Row) => string | number
  /** Shown instead of rows, if there are none. */
  readonly empty: string
}

/** A table that scrolls sideways by itself where it is wider than the page. */
export function Table<Row>({ caption, columns, empty, keyOf, rows }: Props<Row>) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={caption}>
      <table class="table">
        <caption class="for-readers">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ isFigure, title }) => (
              <th key={title} scope="col" class={isFigure === true ? "figure" : undefined}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ cell, isFigure, title }) => (
                <td key={title} class={isFigure === true ? "figure" : undefined}>{cell(row)}</td>
              ))}
            </tr>
          ))}
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length} class="empty">{empty}</td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  )
}
