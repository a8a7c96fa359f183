package io.nurs.appliance.lab;

import java.lang.reflect.Method;

/** What this thread has allocated. By reflection, because the module under test does not read jdk.management. */
public final class AllocatedBytes {
    private static final Object BEAN;
    private static final Method GETTER;

    static {
        try {
            BEAN = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            GETTER = Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private AllocatedBytes() {}

    /**
     * What a task allocates once it is compiled: interpreted code, and the compiler's arrival, allocate too.
     *
     * @param rounds at most so many, until one allocates nothing
     */
    public static long leastOf(int rounds, Runnable task) throws ReflectiveOperationException {
        long overhead = overheadOfMeasuring();
        long least = Long.MAX_VALUE;
        for (int round = 0; round < rounds && least > 0; round++) {
            long before = now();
            task.run();
            least = Math.min(least, now() - before - overhead);
        }
        return least;
    }

    /** The answer's box. */
    private static long overheadOfMeasuring() throws ReflectiveOperationException {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 1000; i++) {
            long before = now();
            least = Math.min(least, now() - before);
        }
        return least;
    }

    private static long now() throws ReflectiveOperationException {
        return (long) GETTER.invoke(BEAN);
    }
}
