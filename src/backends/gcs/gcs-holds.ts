import type { ObjectHolds } from "../../core/object-holds.ts";
import { checkObjectName, checkObjectPrefix } from "../../core/object-name.ts";
import { holdPageOf } from "./answer.ts";
import type { BucketPlace } from "./bucket-place.ts";
import { type BucketOptions, createBucketRequests } from "./bucket-requests.ts";
import { type Role, statusOf } from "./gcs-error.ts";
import { patchOf, type Service } from "./service.ts";

const ADMIN: Role = "roles/storage.objectAdmin";
const VIEWER: Role = "roles/storage.objectViewer";
const PAGE = 1000;
const NOT_FOUND = 404;

/** Temporary holds of objects of `createGcsStore`: as long as they are, whatever their retention. */
export function createGcsHolds(service: Service, place: BucketPlace, options: BucketOptions): ObjectHolds {
  const { base, url, objects, request } = createBucketRequests(place, options);
  return {
    async set(name, isHeld) {
      checkObjectName(name);
      const path = `${objects}/${encodeURIComponent(`${base}${name}`)}?fields=name`;
      return request(`${isHeld ? "hold" : "release"} "${name}" in ${url}`, ADMIN, async () => {
        try {
          await service.send(patchOf(path, { temporaryHold: isHeld }));
          return true;
        } catch (error) {
          if (statusOf(error) !== NOT_FOUND) throw error;
          return false;
        }
      });
    },
    async *list(prefix) {
      checkObjectPrefix(prefix);
      let pageToken = "";
      do {
        const query = new URLSearchParams({
          prefix: `${base}${prefix}`,
          maxResults: String(PAGE),
          fields: "items(name,temporaryHold,eventBasedHold),nextPageToken",
          ...(pageToken === "" ? {} : { pageToken }),
        });
        const page = await request(`list "${prefix}" in ${url}`, VIEWER, async () =>
          holdPageOf(await service.send({ path: `${objects}?${query.toString()}` })),
        );
        for (const { name, isHeld } of page.objects) yield { name: name.slice(base.length), isHeld };
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
    },
  };
}
