/** The channel on which servers hear that a job is due. */
export const wake = "barista_due"
