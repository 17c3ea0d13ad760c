/** A count of fibers over the pixels of a line, from the places at which it changes. */
export class Profile {
  private readonly changes: Float64Array
  private readonly parts: Float64Array

  constructor(width: number) {
    this.changes = new Float64Array(width + 2)
    this.parts = new Float64Array(width + 2)
  }

  /** The count changes at a place, for a part of its pixel and for all pixels behind it. */
  change(x: number, by: number): void {
    const pixel = Math.floor(x)
    this.parts[pixel] = (this.parts[pixel] ?? 0) + by * (pixel + 1 - x)
    this.changes[pixel + 1] = (this.changes[pixel + 1] ?? 0) + by
  }

  /** The mean count in each pixel. */
  get counts(): Float64Array {
    let count = 0
    return this.parts.map((part, pixel) => {
      count += this.changes[pixel] ?? 0
      return count + part
    })
  }
}
