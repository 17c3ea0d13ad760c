import { dayAndTime } from "./moments.ts"

/** The day and time of a moment that the server wrote, on one line. */
export const Moment = ({ at }: { readonly at: string }) => <time class="moment" dateTime={at}>{dayAndTime(at)}</time>
