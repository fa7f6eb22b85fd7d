import { BlockList, isIP, isIPv4 } from "node:net";

/** Where clouds give credentials to whoever runs on a machine: no service of ours answers there. */
const METADATA_HOSTS = [
  "metadata.google.internal",
  "metadata.goog",
  "instance-data.ec2.internal",
  "metadata.tencentyun.com",
];
/** Just these: beside them an address of a link may be that of a service. */
const METADATA_V4 = [
  "169.254.169.254",
  "169.254.170.2",
  "169.254.170.23",
  "169.254.0.23",
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
];
const METADATA_V6 = ["fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "fe80::a9fe:a9fe"];
const METADATA = new BlockList();
for (const address of METADATA_V4) {
  METADATA.addAddress(address, "ipv4");
  // Behind a translator.
  METADATA.addAddress(`64:ff9b::${address}`, "ipv6");
}
for (const address of METADATA_V6) METADATA.addAddress(address, "ipv6");

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
