package io.nurs.netlink.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.reflect.Method;

/** What a thread allocates while it works. By reflection, because this module has no business with java.management. */
public final class Allocations {
    private Allocations() {}

    /** Runs once as often to warm up, and then fails if each of {@code items} took a byte or more. */
    public static void assertNone(String what, int items, Runnable work) throws ReflectiveOperationException {
        work.run();
        work.run();
        bytes();
        long before = bytes();
        work.run();
        long allocated = bytes() - before;
        System.out.println(what + " " + items + " times allocated " + allocated + " bytes");
        assertEquals(0, allocated / items, () -> allocated + " bytes in " + items);
    }

    private static long bytes() throws ReflectiveOperationException {
        Object threads = Class.forName("java.lang.management.ManagementFactory")
                .getMethod("getThreadMXBean")
                .invoke(null);
        Method allocated = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        return (long) allocated.invoke(threads);
    }
}
