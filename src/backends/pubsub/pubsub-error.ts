import { type IoCode, IoError } from "../../core/fault.ts";
import { SubscriberError } from "./subscriber.ts";

/** An `IoError` from what a subscriber throws, with the operation first and what to do last. */
export function pubsubError(operation: string, subscription: string, error: unknown): Error {
  if (!(error instanceof SubscriberError)) return error as Error;
  const [code, hint] = causeOf(subscription, error);
  return new IoError(code, `${operation} "${subscription}": ${error.message} (hint: ${hint})`, { cause: error });
}

function causeOf(subscription: string, { failure }: SubscriberError): readonly [IoCode, string] {
  const command = "gcloud pubsub subscriptions";
  switch (failure) {
    case "missing":
      return ["not_found", `${command} create ${subscription} --topic=TOPIC --expiration-period=never`];
    case "denied": {
      const roles = "roles/pubsub.subscriber, and roles/pubsub.viewer";
      return [
        "denied",
        `${command} add-iam-policy-binding ${subscription} --member=PRINCIPAL --role=ROLE, for ${roles}`,
      ];
    }
    case "no_credentials":
      return ["denied", "give credentials: GOOGLE_APPLICATION_CREDENTIALS, or gcloud auth application-default login"];
    default:
      return ["unavailable", "look at the service's state and the way there, and run again: running again is safe"];
  }
}
