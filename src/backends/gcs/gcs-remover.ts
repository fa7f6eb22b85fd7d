import { checkObjectName } from "../../core/object-name.ts";
import type { ObjectRemover } from "../../core/object-remover.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { type BucketOptions, createBucketRequests } from "./bucket-requests.ts";
import { type Role, statusOf } from "./gcs-error.ts";
import type { Service } from "./service.ts";

const REMOVER: Role = "roles/storage.objectAdmin";
const NOT_FOUND = 404;

/** Removes objects of `createGcsStore`. Errors that pass are tried again. */
export function createGcsRemover(service: Service, place: BucketPlace, options: BucketOptions): ObjectRemover {
  const { base, url, objects, request } = createBucketRequests(place, options);
  return {
    async remove(name) {
      checkObjectName(name);
      await request(`remove "${name}" in ${url}`, REMOVER, async () => {
        try {
          await service.send({ method: "DELETE", path: `${objects}/${encodeURIComponent(`${base}${name}`)}` });
        } catch (error) {
          // Perhaps removed by an earlier try of the same, whose answer was lost.
          if (statusOf(error) !== NOT_FOUND) throw error;
        }
      });
    },
  };
}
