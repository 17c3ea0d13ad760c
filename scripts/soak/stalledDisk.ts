import { Command, FileSystem } from "@effect/platform"
import { Effect } from "effect"

/** Calls the system's own sync after a pause of SYNC_STALL_MS milliseconds, in the calling thread. */
const source = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
static int stalled(const char *name, int descriptor) {
  const char *milliseconds = getenv("SYNC_STALL_MS");
  long stall = milliseconds == NULL ? 0 : atol(milliseconds);
  struct timespec pause = { stall / 1000, stall % 1000 * 1000000 };
  int (*sync)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
  nanosleep(&pause, NULL);
  return sync(descriptor);
}
int fsync(int descriptor) { return stalled("fsync", descriptor); }
int fdatasync(int descriptor) { return stalled("fdatasync", descriptor); }
`

/**
 * Makes the environment of a process whose file syncs each take the given milliseconds longer. Needs a C compiler,
 * `cc`.
 */
export const stalledDisk = Effect.fnUntraced(function*(milliseconds: number) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "barista-bench-" })
  const library = `${folder}/stalledDisk.so`
  yield* fs.writeFileString(`${folder}/stalledDisk.c`, source)
  const code = yield* Command.exitCode(
    Command.make("cc", "-shared", "-fPIC", "-o", library, `${folder}/stalledDisk.c`, "-ldl").pipe(
      Command.stderr("inherit")
    )
  )
  if (code !== 0) return yield* Effect.dieMessage("cc could not compile the library that slows syncs")
  return { LD_PRELOAD: library, SYNC_STALL_MS: String(milliseconds) }
})
