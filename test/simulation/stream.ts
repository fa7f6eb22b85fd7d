export const STREAM = "local";
