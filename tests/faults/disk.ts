import { execFileSync } from 'node:child_process'

/** Does work while a folder is a file system of its own of so many megabytes. */
export async function onSmallDisk(folder: string, megabytes: number, work: () => Promise<void>): Promise<void> {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'magpie-test', folder], { stdio: 'pipe' })
  } catch (error) {
    throw new Error(
      `this test mounts a small tmpfs: install util-linux and run it as root (${(error as Error).message})`,
    )
  }
  try {
    await work()
  } finally {
    execFileSync('umount', [folder])
  }
}
