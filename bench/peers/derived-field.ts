/** What every peer derives: whether a request may change something, as its method tells. No line has such a field. */
export const FIELD = "access_kind";
export const WRITE = "write";
export const READ = "read";
export const WRITING_METHODS = ["POST", "PUT", "PATCH", "DELETE"] as const;
