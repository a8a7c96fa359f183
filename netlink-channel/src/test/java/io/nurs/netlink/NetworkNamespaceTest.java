package io.nurs.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NetworkNamespaceTest {
    @Test
    void refusesANamespaceThatIsNotThere() {
        NoSuchFileException e = assertThrows(NoSuchFileException.class, () -> NetworkNamespace.of("no-such-namespace"));
        assertEquals("/run/netns/no-such-namespace", e.getFile());
        assertThrows(NoSuchFileException.class, () -> NetworkNamespace.of("/proc/self/ns/no-such-namespace"));
    }

    @Test
    void staysInTheCurrentNamespaceForNothing() throws IOException {
        assertNull(NetworkNamespace.current().path());
        assertSame(Thread.currentThread(), NetworkNamespace.current().call(Thread::currentThread));
    }

    @Test
    @Tag("netns")
    void runsATaskElsewhereAndLeavesItsThreadWhereItIs() throws IOException {
        Requires.root();
        String here = namespaceOfThisThread();
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            assertEquals(here, namespaceOfThisThread());
            String there = namespace.call(NetworkNamespaceTest::namespaceOfThisThread);
            assertNotEquals(here, there);
            assertEquals(there, namespace.call(NetworkNamespaceTest::namespaceOfThisThread));
            assertEquals(here, namespaceOfThisThread());
        }
    }

    @Test
    @Tag("netns")
    void entersANamespaceByItsPath() throws IOException {
        Requires.root();
        assertEquals(
                namespaceOfThisThread(),
                NetworkNamespace.of("/proc/self/ns/net").call(NetworkNamespaceTest::namespaceOfThisThread));
    }

    @Test
    @Tag("netns")
    void refusesAFileThatIsNoNamespace() {
        Requires.root();
        assertThrows(Errno.class, () -> NetworkNamespace.of("/proc/self/status").call(() -> 1));
    }

    @Test
    @Tag("netns")
    void throwsWhatATaskThrew() throws IOException {
        Requires.root();
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            IOException expected = new IOException("thrown there");
            assertSame(
                    expected,
                    assertThrows(
                            IOException.class,
                            () -> namespace.call(() -> {
                                throw expected;
                            })));
            assertThrows(
                    IllegalStateException.class,
                    () -> namespace.call(() -> {
                        throw new IllegalStateException("thrown there");
                    }));
        }
    }

    @Test
    @Tag("netns")
    void staysInterruptedWhereItWasWaiting() throws IOException {
        Requires.root();
        CountDownLatch never = new CountDownLatch(1);
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            Thread.currentThread().interrupt();
            assertThrows(
                    InterruptedIOException.class,
                    () -> namespace.call(() -> {
                        never.await();
                        return 1;
                    }));
            assertTrue(Thread.interrupted());
        } finally {
            never.countDown();
        }
    }

    /** /proc/net/netlink lists the sockets of the namespace in which it is read. */
    @Test
    @Tag("netns")
    void keepsTheSocketsOpenedInIt() throws IOException {
        Requires.root();
        try (NetworkNamespace namespace = NetworkNamespace.create()) {
            NetlinkOptions options = NetlinkOptions.requests(NetlinkOptions.NETLINK_ROUTE);
            NetlinkChannel channel = namespace.call(() -> NetlinkChannel.open(options));
            String portId = Integer.toUnsignedString(channel.localAddress().portId());
            assertTrue(namespace.call(NetworkNamespaceTest::netlinkSockets).contains(" " + portId + " "));
            channel.unsafe().closeForcibly();
        }
    }

    private static String netlinkSockets() throws IOException {
        return Files.readString(Path.of("/proc/thread-self/net/netlink"));
    }

    private static String namespaceOfThisThread() throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net")).toString();
    }
}
