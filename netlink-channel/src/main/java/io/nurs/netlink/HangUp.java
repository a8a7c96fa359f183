package io.nurs.netlink;

import io.nurs.netlink.libc.Libc;

/**
 * SIGHUP to another process: the JDK sends SIGTERM and SIGKILL only, and an image without a shell has no {@code kill}. It is nothing
 * of netlink's; it is here because no other module calls native code.
 */
public final class HangUp {
    private HangUp() {}

    /**
     * Sends it.
     *
     * @param pid as this process sees it, from 1
     * @throws Errno ESRCH if there is none, EPERM if it is another user's and CAP_KILL is missing
     */
    public static void send(long pid) throws Errno {
        if (pid < 1 || pid > Integer.MAX_VALUE) {
            // kill(2) would take it for a group of processes, or for all.
            throw new Errno("kill " + pid, Errno.ESRCH);
        }
        Errno.check("kill " + pid, Libc.kill((int) pid, Libc.SIGHUP));
    }
}
