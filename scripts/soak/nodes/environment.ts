/** Settings of a drill's server on a database. Durations are shorter than the handbook's, so much is under way. */
export const environment = (database: string, mailPort: number) => ({
  DATABASE_URL: database,
  SAMPLE_DATA: "handbook",
  SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
  MAIL_FROM: "barista@example.com",
  MAIL_DURATION: "1 second",
  PROFILE_DURATION: "200 millis",
  MAILING_LIST_DURATION: "100 millis",
  CHAT_PROCESSING: "1 millis"
})
