/**
 * Stops this process as on any other signal when the reader of its output has left (`| head`), so that servers and
 * temporary folders are removed. Otherwise node ends with a trace of an unhandled error.
 */
export const stopWhenReaderLeaves = (): void =>
  void process.stdout.on("error", () => process.kill(process.pid, "SIGTERM"))
