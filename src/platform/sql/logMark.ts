/**
 * The smallest commit. It writes the file's first page, with no change but Barista's mark ("BARI", see `file`). The
 * first commit after a restart of the write-ahead log waits for the disk (sqlite.org/src/info/ff5be73dee). This commit
 * takes that wait, when no client waits.
 */
export const logMark = "PRAGMA application_id = 1111577161"
