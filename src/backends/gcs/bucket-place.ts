export interface BucketPlace {
  readonly bucket: string;
  /** Beginning of all names, without a slash at its end; empty for the bucket itself. */
  readonly prefix: string;
  /** URL of the service; null for Google's. Credentials go over HTTPS only. */
  readonly endpoint: string | null;
  /** Storage class of sealed segments; missing: that which they have by default. */
  readonly segmentClass?: string;
}

/** As users and messages write it. */
export function bucketUrl({ bucket, prefix }: Pick<BucketPlace, "bucket" | "prefix">): string {
  return `gs://${bucket}${prefix === "" ? "" : `/${prefix}`}`;
}
