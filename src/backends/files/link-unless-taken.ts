import { link } from "node:fs/promises";
import { IoError } from "../../core/fault.ts";

/** What systems say of a file system that has no second names for a file, or of two file systems. */
const WITHOUT_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV"];

/** Gives a whole file its name in one step; false where the name is taken, and nothing is changed then. */
export async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (!WITHOUT_LINKS.includes(code)) throw error;
    const why = message.replace(/^[A-Z]+: /, "").replace(/, link .*$/, "");
    throw new IoError(
      "denied",
      `give "${to}" its name by a hard link: ${why} (hint: the archive has to lie on one file system that has hard links, ` +
        "like ext4, XFS, Btrfs, ZFS, APFS or NFS)",
      { cause: error },
    );
  }
}
