import { Data, Effect, Predicate, type Scope } from "effect"
import { createHash } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"

/** A backup cannot be made, read or restored; the message has the reason. */
export class BackupFailed extends Data.TaggedError("BackupFailed")<{ readonly message: string }> {}

const messageOf = (cause: unknown) => Predicate.hasProperty(cause, "message") ? String(cause.message) : String(cause)

/** Runs a call of node's file system or of SQLite. */
export const io = <A>(call: () => Promise<A>): Effect.Effect<A, BackupFailed> =>
  Effect.tryPromise({ try: call, catch: (cause) => new BackupFailed({ message: messageOf(cause) }) })

export interface Entry {
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** Digest in lower-case hexadecimal. */
  readonly sha256: string
}

const block = 512
const chunkSize = 1_048_576

/** Limit of octal sizes: 8 GiB. Larger ones use GNU's base 256, which every current tar reads. */
const mostInOctal = 0o77777777777

const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, "0") + "\0"

/** Makes the header of a regular file in POSIX's ustar format. */
const header = (name: string, size: number): Buffer => {
  const head = Buffer.alloc(block)
  head.write(name, 0, 100)
  head.write(octal(0o600, 8), 100)
  head.write(octal(0, 8), 108)
  head.write(octal(0, 8), 116)
  if (size <= mostInOctal) head.write(octal(size, 12), 124)
  else {
    head[124] = 0x80
    head.writeBigUInt64BE(BigInt(size), 128)
  }
  head.write(octal(0, 12), 136)
  // The checksum field counts as spaces; the type flag of a regular file follows.
  head.write("        0", 148)
  head.write("ustar\u000000", 257)
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${octal(sum, 7)} `, 148)
  return head
}

const padding = (size: number) => (block - size % block) % block

/** Reads a file's range to its end; fails if the file ends too early. */
const pieces = (
  source: FileHandle,
  start: number,
  size: number,
  use: (piece: Buffer) => Promise<unknown>
): Effect.Effect<string, BackupFailed> =>
  Effect.gen(function*() {
    const hash = createHash("sha256")
    const buffer = Buffer.allocUnsafe(Math.min(chunkSize, Math.max(size, 1)))
    let done = 0
    while (done < size) {
      const wanted = Math.min(buffer.length, size - done)
      const { bytesRead } = yield* io(() => source.read(buffer, 0, wanted, start + done))
      if (bytesRead === 0) return yield* new BackupFailed({ message: `the file ends ${size - done} bytes too early` })
      const piece = buffer.subarray(0, bytesRead)
      hash.update(piece)
      yield* io(() => use(piece))
      done += bytesRead
    }
    return hash.digest("hex")
  })

export const opened = (path: string, flags: string) =>
  Effect.acquireRelease(io(() => open(path, flags)), (file) => Effect.promise(() => file.close()))

/** Appends a file to an archive. */
export const append = (archive: FileHandle, name: string, path: string): Effect.Effect<Entry, BackupFailed> =>
  Effect.scoped(Effect.gen(function*() {
    const source = yield* opened(path, "r")
    const { size } = yield* io(() => source.stat())
    yield* io(() => archive.write(header(name, size)))
    const sha256 = yield* pieces(source, 0, size, (piece) => archive.write(piece))
    yield* io(() => archive.write(Buffer.alloc(padding(size))))
    return { name, size, sha256 }
  }))

/** Appends a text, ends the archive, and syncs it to the disk. */
export const finish = (archive: FileHandle, name: string, text: string): Effect.Effect<void, BackupFailed> => {
  const bytes = Buffer.from(text)
  const end = Buffer.alloc(padding(bytes.length) + 2 * block)
  return Effect.zipRight(
    io(() => archive.write(Buffer.concat([header(name, bytes.length), bytes, end]))),
    io(() => archive.sync())
  )
}

const textOf = (head: Buffer, start: number, length: number) =>
  head.toString("utf8", start, start + length).split("\0")[0] ?? ""

const sizeOf = (head: Buffer) =>
  (head[124] ?? 0) >= 0x80 ? Number(head.readBigUInt64BE(128)) : parseInt(textOf(head, 124, 12), 8)

const isIntact = (head: Buffer) => {
  const written = parseInt(textOf(head, 148, 8), 8)
  const sum = head.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte), 0)
  return written === sum
}

/**
 * Reads an archive from beginning to end, and passes on the bytes of each entry. Trusts nothing in the archive: a
 * broken header, a missing end or a short entry fails.
 */
export const read = (
  path: string,
  take: (name: string) => Effect.Effect<(piece: Buffer) => Promise<unknown>, BackupFailed, Scope.Scope>
): Effect.Effect<ReadonlyArray<Entry>, BackupFailed> =>
  Effect.scoped(Effect.gen(function*() {
    const archive = yield* opened(path, "r")
    const entries: Array<Entry> = []
    const head = Buffer.alloc(block)
    for (let at = 0;;) {
      const { bytesRead } = yield* io(() => archive.read(head, 0, block, at))
      if (bytesRead < block) return yield* new BackupFailed({ message: "the archive has no end" })
      if (head.every((byte) => byte === 0)) return entries
      if (!isIntact(head)) return yield* new BackupFailed({ message: "the file is damaged, or is not a backup" })
      const [name, size] = [textOf(head, 0, 100), sizeOf(head)]
      const start = at + block
      const sha256 = yield* Effect.scoped(Effect.flatMap(take(name), (use) => pieces(archive, start, size, use)))
      entries.push({ name, size, sha256 })
      at += block + size + padding(size)
    }
  }))
