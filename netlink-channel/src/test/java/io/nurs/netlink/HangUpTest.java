package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HangUpTest {
    /** A shell says so as 128 and the signal's number, a JVM likewise. */
    private static final int ENDED_BY_SIGHUP = 129;

    @Test
    void aProcessIsHungUp() throws Exception {
        Process sleeper = new ProcessBuilder("sleep", "60").start();
        try {
            HangUp.send(sleeper.pid());
            assertTrue(sleeper.waitFor(30, TimeUnit.SECONDS), "it goes on");
            assertEquals(ENDED_BY_SIGHUP, sleeper.exitValue());
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void oneThatIsGoneIsNamed() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Errno refused = assertThrows(Errno.class, () -> HangUp.send(gone.pid()));
        assertEquals(Errno.ESRCH, refused.number());
        assertEquals("kill " + gone.pid() + ": no such process (ESRCH)", refused.getMessage());
    }

    @Test
    void whatMeansAGroupToTheKernelIsNoProcess() {
        for (long pid : new long[] {0, -1, Integer.MIN_VALUE, 1L << 32}) {
            Errno refused = assertThrows(Errno.class, () -> HangUp.send(pid));
            assertEquals(Errno.ESRCH, refused.number());
        }
    }
}
