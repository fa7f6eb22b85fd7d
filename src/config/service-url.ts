import { BlockList, isIP, isIPv4 } from "node:net";

/** Where clouds give credentials to whoever runs on a machine: no service of ours answers there. */
const METADATA_HOSTS = ["metadata", "metadata.google.internal", "metadata.goog", "instance-data"];
const METADATA = new BlockList();
METADATA.addSubnet("169.254.0.0", 16, "ipv4");
METADATA.addAddress("100.100.100.200", "ipv4");
METADATA.addAddress("168.63.129.16", "ipv4");
METADATA.addSubnet("fe80::", 10, "ipv6");
METADATA.addAddress("fd00:ec2::254", "ipv6");
METADATA.addAddress("fd20:ce::254", "ipv6");
/** The same of IPv4 behind a translator. */
METADATA.addSubnet("64:ff9b::a9fe:0", 112, "ipv6");

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/**
 * The words for what is wrong with the URL of a service; null where nothing is. A name is not looked up: where it leads is
 * for those who write pipelines to know.
 */
export function whyNoService(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) return "an http or https URL";
  // Where a password holds a slash, what follows is a path to `URL`, and the user the host.
  if (text.includes("@")) return "a URL without a user and a password in it";
  if (url.search !== "" || url.hash !== "") return "a URL without a query and a fragment";
  return isMetadataHost(url.hostname) ? "a URL that does not lead to the metadata of a cloud's machines" : null;
}

/** However it is written: `new URL` makes dotted numbers of `0xA9FEA9FE`. */
export function isMetadataHost(hostname: string): boolean {
  const host = bareHost(hostname);
  return METADATA_HOSTS.includes(host) || isAmong(METADATA, host);
}

/** True where what is sent there stays on this machine, or nobody in between can read it. */
export function isSafeForSecrets(text: string): boolean {
  const { protocol, hostname } = new URL(text);
  const host = bareHost(hostname);
  return protocol === "https:" || host === "localhost" || host.endsWith(".localhost") || isAmong(LOOPBACK, host);
}

function bareHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}

function isAmong(list: BlockList, host: string): boolean {
  return isIP(host) !== 0 && list.check(host, isIPv4(host) ? "ipv4" : "ipv6");
}
