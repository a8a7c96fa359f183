package io.nurs.appliance.demo;

import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.channels.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The threads and sockets of one run of traffic: {@link #close()} ends all of them. The first failure is kept. */
final class DemoThreads implements AutoCloseable {
    private final CloseStack sockets = new CloseStack();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Object idle = new Object();
    private int running;
    private @Nullable Exception failure;

    /** What a thread does; its end by an exception is a failure unless all is being closed. */
    interface Task {
        void run() throws IOException;
    }

    /** Opens a socket that belongs to {@code namespace}, whichever thread uses it. */
    <T extends Channel> T open(NetworkNamespace namespace, Callable<T> open) throws IOException {
        return opened(namespace.call(open));
    }

    <T extends Channel> T opened(T socket) throws IOException {
        return sockets.add(socket);
    }

    /** Runs a task whose end {@link #awaitIdle} waits for. */
    void run(String name, Task task) {
        synchronized (idle) {
            running++;
        }
        start(name, () -> {
            try {
                task.run();
            } finally {
                synchronized (idle) {
                    running--;
                    idle.notifyAll();
                }
            }
        });
    }

    /** Runs a task that goes on until all is closed. */
    void serve(String name, Task task) {
        start(name, task);
    }

    /** Waits; throws where all is being closed. */
    void pause(long millis) throws IOException {
        try {
            if (stop.await(millis, TimeUnit.MILLISECONDS)) {
                throw new IOException("closed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Whether all tasks of {@link #run} have ended; waits for it up to {@code millis}. */
    boolean awaitIdle(long millis) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        synchronized (idle) {
            for (long left = millis; running > 0 && failure == null && left > 0; ) {
                idle.wait(left);
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            }
            if (failure != null) {
                throw new IOException("the traffic failed: " + failure.getMessage(), failure);
            }
            return running == 0;
        }
    }

    @Override
    public void close() {
        stop.countDown();
        sockets.close();
        List<Thread> started;
        synchronized (threads) {
            started = List.copyOf(threads);
        }
        boolean interrupted = false;
        for (Thread thread : started) {
            interrupted |= !join(thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void start(String name, Task task) {
        Thread thread = Thread.ofPlatform().name("demo " + name).daemon().unstarted(() -> {
            try {
                task.run();
            } catch (IOException | RuntimeException e) {
                failed(e);
            }
        });
        synchronized (threads) {
            threads.removeIf(ended -> ended.getState() == Thread.State.TERMINATED);
            threads.add(thread);
            thread.start();
        }
    }

    private void failed(Exception e) {
        synchronized (idle) {
            if (failure == null && stop.getCount() > 0) {
                failure = e;
                idle.notifyAll();
            }
        }
    }

    /** False if the caller was interrupted meanwhile; every wait in these threads is bounded. */
    private static boolean join(Thread thread) {
        boolean quiet = true;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                quiet = false;
            }
        }
        return quiet;
    }
}
