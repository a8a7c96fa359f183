package io.nurs.netlink;

import io.nurs.netlink.libc.Libc;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace to open sockets and read sysctls in. A socket stays in the namespace in which it was opened, so the
 * event loop that reads it needs not be there.
 */
public final class NetworkNamespace implements AutoCloseable {
    /** Where ip-netns(8) keeps named namespaces. */
    private static final Path NAMED = Path.of("/run/netns");

    private static final NetworkNamespace CURRENT = new NetworkNamespace(null, -1);

    private final @Nullable Path path;
    /** What keeps a namespace of {@link #create()} alive; -1 for others, and after {@link #close()}. */
    private final AtomicInteger descriptor;

    private NetworkNamespace(@Nullable Path path, int descriptor) {
        this.path = path;
        this.descriptor = new AtomicInteger(descriptor);
    }

    /** The process's own. */
    public static NetworkNamespace current() {
        return CURRENT;
    }

    /**
     * One that exists.
     *
     * @param name as in {@code ip netns list}, or an absolute path such as {@code /proc/PID/ns/net}
     * @throws NoSuchFileException if there is none
     */
    public static NetworkNamespace of(String name) throws IOException {
        Path path = NAMED.resolve(name);
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "no such network namespace");
        }
        return new NetworkNamespace(path, -1);
    }

    /**
     * Makes a namespace that has no name and lives until it is closed, unless a socket or a thread in it lives longer. Needs
     * CAP_SYS_ADMIN.
     *
     * @throws Errno EPERM without it
     */
    public static NetworkNamespace create() throws IOException {
        return onThread(() -> {
            Errno.check("cannot make a network namespace", Libc.unshare(Libc.CLONE_NEWNET));
            int fd = Errno.check(
                    "cannot open the new network namespace",
                    Libc.open("/proc/thread-self/ns/net", Libc.O_RDONLY | Libc.O_CLOEXEC));
            return new NetworkNamespace(Path.of("/proc/self/fd/" + fd), fd);
        });
    }

    /** The open file of one that {@link #create()} made, for requests that name a namespace by it (IFLA_NET_NS_FD); else -1. */
    public int descriptor() {
        return descriptor.get();
    }

    /** Lets go of a namespace that {@link #create()} made, which must not be used any more. Others are left alone. */
    @Override
    public void close() {
        int fd = descriptor.getAndSet(-1);
        if (fd >= 0) {
            Libc.close(fd);
        }
    }

    /** The file that setns(2) opens; null for {@link #current()}. */
    public @Nullable Path path() {
        return path;
    }

    /**
     * Runs {@code task} in this namespace: on a platform thread of its own, that setns moves and that ends with the task,
     * because setns belongs to a kernel task and a pooled or virtual thread would carry it on.
     *
     * @throws Errno EPERM without CAP_SYS_ADMIN
     */
    public <T> T call(Callable<T> task) throws IOException {
        Path namespace = path;
        if (namespace == null) {
            return rethrow(task);
        }
        return onThread(() -> {
            enter(namespace);
            return task.call();
        });
    }

    @Override
    public String toString() {
        return path == null ? "the current network namespace" : "network namespace " + path;
    }

    private static void enter(Path namespace) throws Errno {
        int fd = Errno.check(
                "cannot open network namespace " + namespace,
                Libc.open(namespace.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC));
        try {
            Errno.check("cannot enter network namespace " + namespace, Libc.setns(fd, Libc.CLONE_NEWNET));
        } finally {
            Libc.close(fd);
        }
    }

    private static <T> T onThread(Callable<T> task) throws IOException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread.ofPlatform().name("netns").daemon().start(() -> {
            try {
                result.complete(task.call());
            } catch (Throwable t) {
                result.completeExceptionally(t);
            }
        });
        return rethrow(() -> {
            try {
                return result.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        });
    }

    private static <T> T rethrow(Callable<T> task) throws IOException {
        try {
            return task.call();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a task ran in a network namespace");
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
