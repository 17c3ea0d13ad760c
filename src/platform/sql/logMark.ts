/**
 * The smallest commit: writes the file's first page, unchanged but for Barista's mark ("BARI", see `file`). The first commit after SQLite has
 * begun its write-ahead log anew waits for the disk before it goes on (sqlite.org/src/info/ff5be73dee); this one does so where nobody waits.
 */
export const logMark = "PRAGMA application_id = 1111577161"
