/** A mail as the embedded outbox keeps it. */
export interface Mail {
  readonly id: number
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly job_id: number
  readonly message_id: string
  readonly sent_at: string
}
