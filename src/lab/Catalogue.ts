import { ChapterName } from "./Api.ts"
import { blocking } from "./chapters/Blocking.ts"
import { client } from "./chapters/Client.ts"
import { cpu } from "./chapters/Cpu.ts"
import { errors } from "./chapters/Errors.ts"
import { jobs } from "./chapters/Jobs.ts"
import { parallel } from "./chapters/Parallel.ts"
import { retry } from "./chapters/Retry.ts"
import { semaphore } from "./chapters/Semaphore.ts"
import { tasks } from "./chapters/Tasks.ts"
import { timeouts } from "./chapters/Timeouts.ts"
import { transfer } from "./chapters/Transfer.ts"
import type { LabChapter } from "./LabChapter.ts"

/** All chapters of the Lab. */
const chapters: Readonly<Record<ChapterName, LabChapter>> = {
  blocking,
  tasks,
  client,
  parallel,
  timeouts,
  jobs,
  retry,
  semaphore,
  transfer,
  cpu,
  errors
}

export const chapterOf = (name: ChapterName): LabChapter => chapters[name]

/** The chapters in the order of the handbook. */
export const catalogue: ReadonlyArray<LabChapter> = ChapterName.literals.map(chapterOf)
