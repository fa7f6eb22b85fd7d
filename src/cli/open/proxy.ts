/** HTTPS_PROXY and NO_PROXY hold for requests to Google's services as they do for other programs. */
export async function setProxy(): Promise<void> {
  // Much comes with it, which a folder has no need of.
  const { setGlobalProxyFromEnv } = await import("node:http");
  setGlobalProxyFromEnv();
}
