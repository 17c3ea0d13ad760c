import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"

/** Milliseconds between two readings: often enough that a bar seems to grow. */
const frame = 100

/** The browser's time in milliseconds since the epoch, read again and again while `isMoving`. */
export const useNow = (isMoving: boolean): number => {
  const now = useSignal(Date.now())
  useEffect(() => {
    if (!isMoving) return
    const timer = setInterval(() => {
      now.value = Date.now()
    }, frame)
    return () => clearInterval(timer)
  }, [isMoving])
  return now.value
}
