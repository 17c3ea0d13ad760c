import { Option } from "effect"
import type { Values } from "../../AppConfig.ts"

type Places = Pick<Values, "dataDir" | "databaseUrl" | "files">

/** The folder of the uploaded files; undefined where PostgreSQL keeps them. */
export const filesFolder = ({ databaseUrl, dataDir, files }: Places): string | undefined =>
  Option.getOrElse(
    files,
    () => Option.exists(databaseUrl, ({ dialect }) => dialect === "postgres") ? undefined : dataDir
  )
