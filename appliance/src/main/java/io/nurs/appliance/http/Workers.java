package io.nurs.appliance.http;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Two threads beside the event loop: one makes pages, one checks passwords. What does not fit into their queues is refused. */
final class Workers implements AutoCloseable {
    private static final int QUEUE = 32;

    private final ThreadPoolExecutor pages = worker("http-pages");
    private final ThreadPoolExecutor passwords = worker("http-passwords");

    private static ThreadPoolExecutor worker(String name) {
        return new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(QUEUE),
                Thread.ofPlatform().name(name).daemon().factory());
    }

    void makePage(Runnable task) throws RejectedExecutionException {
        pages.execute(task);
    }

    void checkPassword(Runnable task) throws RejectedExecutionException {
        passwords.execute(task);
    }

    /** An interrupt would close what the page that is being made reads from, for everybody who does. */
    private static void end(ThreadPoolExecutor worker) {
        worker.getQueue().clear();
        worker.shutdown();
    }

    @Override
    public void close() {
        end(pages);
        end(passwords);
    }
}
