import { createHash, type Hash } from "node:crypto"
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs"
import { dirname } from "node:path"
import type { Blocking, FilePosition } from "./BlockingCalls.ts"

interface OpenFile {
  readonly descriptor: number
  readonly hash: Hash
  size: number
}

const readSize = 1024 * 1024

const files = new Map<string, OpenFile>()

const close = (path: string): void => {
  const file = files.get(path)
  files.delete(path)
  if (file !== undefined) closeSync(file.descriptor)
}

/**
 * The file as the caller knows it. When this thread does not have it so (its predecessor was terminated, or a chunk's caller left while
 * it was written), it is opened again, cut to what was acknowledged, and hashed anew.
 */
const fileAt = ({ path, size }: FilePosition): OpenFile => {
  const known = files.get(path)
  if (known?.size === size) return known
  close(path)
  const file = { descriptor: openSync(path, "r+"), hash: createHash("sha256"), size }
  files.set(path, file)
  ftruncateSync(file.descriptor, size)
  const buffer = new Uint8Array(readSize)
  for (let read = 0; read < size;) {
    const count = readSync(file.descriptor, buffer, 0, readSize, read)
    if (count === 0) throw new Error("the file lost bytes that were acknowledged")
    file.hash.update(buffer.subarray(0, count))
    read += count
  }
  return file
}

const syncFolder = (folder: string): void => {
  const descriptor = openSync(folder, "r")
  fsyncSync(descriptor)
  closeSync(descriptor)
}

/** The file calls of the sacrificial loop, which block it honestly. */
export const blockingFiles: Blocking<"openFile" | "writeChunk" | "finishFile" | "abortFile"> = {
  openFile: ({ path }) => {
    files.set(path, { descriptor: openSync(path, "wx"), hash: createHash("sha256"), size: 0 })
  },

  writeChunk: ({ bytes, path, size }) => {
    const file = fileAt({ path, size })
    for (let written = 0; written < bytes.length;) {
      written += writeSync(file.descriptor, bytes, written, bytes.length - written, size + written)
    }
    file.hash.update(bytes)
    file.size += bytes.length
  },

  finishFile: ({ finalPath, path, size }) => {
    const file = fileAt({ path, size })
    fsyncSync(file.descriptor)
    close(path)
    renameSync(path, finalPath)
    // The name is durable only once its folder is.
    syncFolder(dirname(finalPath))
    return { size, sha256: file.hash.digest("hex") }
  },

  abortFile: ({ path }) => {
    close(path)
    rmSync(path, { force: true })
  }
}
