import { notifications } from "@mantine/notifications";
import { announce } from "../shell/live";
import { sentenceOf } from "./States";

/** A quiet word in the corner. */
export function notify(message: string): void {
  announce(message);
  notifications.show({ message, autoClose: 4000, withBorder: true });
}

/** An action was refused or failed; what was shown early has been taken back. */
export function notifyFailure(error: unknown): void {
  const message = sentenceOf(error);
  announce(message);
  notifications.show({ message, color: "red", autoClose: 8000, withBorder: true });
}
