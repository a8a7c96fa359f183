package io.nurs.appliance.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.nurs.appliance.lab.AllocatedBytes;
import io.nurs.appliance.lab.Requires;
import io.nurs.appliance.lab.Wait;
import io.nurs.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

@Tag("netns")
class InterfaceNamesTest {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final EventLoop loop = loops.next();
    private final List<AutoCloseable> parts = new ArrayList<>();
    private NetworkNamespace namespace = NetworkNamespace.current();

    @BeforeEach
    void makeNamespace() throws IOException {
        Requires.root();
        Requires.tools("ip");
        namespace = NetworkNamespace.create();
        parts.add(namespace);
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : parts.reversed()) {
            part.close();
        }
        loops.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private InterfaceNames open(int limit) throws IOException {
        // Whatever is found is found by an event.
        return open(limit, Duration.ofDays(1));
    }

    private InterfaceNames open(int limit, Duration interval) throws IOException {
        InterfaceNames names = InterfaceNames.open(namespace, loop, limit, interval);
        parts.add(() -> names.close().syncUninterruptibly());
        return names;
    }

    private void ip(String arguments) throws IOException {
        run("ip " + arguments);
    }

    /** Of a file, in UTF-8; a command line's octets depend on the locale. */
    private void batch(String commands) throws IOException {
        Path file = Files.createTempFile("nurs-links", ".batch");
        parts.add(() -> Files.delete(file));
        Files.writeString(file, commands);
        ip("-batch " + file);
    }

    private String run(String command) throws IOException {
        return namespace.call(() -> {
            Process process = new ProcessBuilder(command.split(" ", -1))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), () -> command + ": " + said);
            return said;
        });
    }

    /** What ip-link(8) says: "name [alias]" by index. */
    private Map<Integer, String> linksOfIp() throws IOException {
        Map<Integer, String> links = new TreeMap<>();
        Object json = new Load(LoadSettings.builder().build()).loadFromString(run("ip -j -details link"));
        for (Object item : (List<?>) json) {
            Map<?, ?> link = (Map<?, ?>) item;
            Object alias = link.get("ifalias");
            links.put((Integer) link.get("ifindex"), link.get("ifname") + " [" + (alias == null ? "" : alias) + "]");
        }
        return links;
    }

    private Map<Integer, String> links(InterfaceNames names) {
        return onLoop(() -> {
            Map<Integer, String> links = new TreeMap<>();
            names.forEach((index, name, description) -> links.put(index, name + " [" + description + "]"));
            assertEquals(names.size(), links.size());
            return links;
        });
    }

    private <T> T onLoop(Callable<T> task) {
        return loop.submit(task).syncUninterruptibly().getNow();
    }

    private void waitForThoseOfIp(InterfaceNames names) throws IOException {
        Map<Integer, String> expected = linksOfIp();
        Wait.until(() -> expected + ", but " + links(names), () -> links(names).equals(expected));
    }

    @Test
    void areThoseOfIpLinkWhenOpened() throws IOException {
        ip("link add uplink0 type veth peer name peer0");
        ip("link set uplink0 alias to_the_upstream");
        batch("link set lo alias läuft\n");
        InterfaceNames names = open(InterfaceNames.MAX_INTERFACES);

        assertEquals(linksOfIp(), links(names));
        assertTrue(
                links(names).containsValue("uplink0 [to_the_upstream]"),
                () -> links(names).toString());
        assertTrue(links(names).containsValue("lo [läuft]"), () -> links(names).toString());
    }

    @Test
    void followLinksThatAreMadeRenamedDescribedAndRemoved() throws IOException {
        InterfaceNames names = open(InterfaceNames.MAX_INTERFACES);
        assertEquals(Map.of(1, "lo []"), links(names));

        ip("link add uplink0 type veth peer name peer0");
        waitForThoseOfIp(names);
        assertEquals(3, links(names).size());
        ip("link set uplink0 name wan");
        waitForThoseOfIp(names);
        ip("link set wan up");
        long before = onLoop(names::revision);
        ip("link set wan alias fibre");
        waitForThoseOfIp(names);
        assertTrue(links(names).containsValue("wan [fibre]"), () -> links(names).toString());
        assertTrue(onLoop(names::revision) > before);
        ip("link del wan");
        waitForThoseOfIp(names);
        assertEquals(Map.of(1, "lo []"), links(names));
    }

    /** Of which the kernel tells nothing. */
    @Test
    void followADescriptionThatChangesWhileTheInterfaceIsDown() throws IOException {
        ip("link add uplink0 type veth peer name peer0");
        InterfaceNames names = open(InterfaceNames.MAX_INTERFACES, Duration.ofMillis(100));

        ip("link set uplink0 alias fibre");
        waitForThoseOfIp(names);
        assertTrue(
                links(names).containsValue("uplink0 [fibre]"),
                () -> links(names).toString());
    }

    @Test
    void forgetOneThatMovesToAnotherNamespace() throws IOException {
        ip("link add uplink0 type veth peer name peer0");
        InterfaceNames names = open(InterfaceNames.MAX_INTERFACES);
        assertEquals(3, links(names).size());
        NetworkNamespace other = NetworkNamespace.create();
        parts.add(other);

        ip("link set uplink0 netns " + inhabitant(other).pid());
        waitForThoseOfIp(names);
        assertEquals(2, links(names).size());
    }

    /** A process, by which ip-link(8) finds the namespace. */
    private Process inhabitant(NetworkNamespace where) throws IOException {
        Process process = where.call(() -> new ProcessBuilder("sleep", "600").start());
        parts.add(process::destroy);
        return process;
    }

    @Test
    void areRightAfterABurstOfChanges() throws IOException {
        InterfaceNames names = open(InterfaceNames.MAX_INTERFACES);
        StringBuilder changes = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            changes.append("link add a")
                    .append(i)
                    .append(" type veth peer name b")
                    .append(i)
                    .append('\n');
            changes.append("link set a").append(i).append(" name c").append(i).append('\n');
            changes.append(i % 2 == 0 ? "link del c" + i + "\n" : "");
        }
        batch(changes.toString());
        waitForThoseOfIp(names);
        assertEquals(101, links(names).size());
    }

    @Test
    void areBounded() throws IOException {
        ip("link add uplink0 type veth peer name peer0");
        InterfaceNames names = open(2);

        assertEquals(2, links(names).size());
        assertEquals("lo []", links(names).get(1));
    }

    @Test
    void goingThroughThemAllocatesNothing() throws IOException {
        ip("link add uplink0 type veth peer name peer0");
        InterfaceNames names = open(InterfaceNames.MAX_INTERFACES);
        long[] sum = new long[1];
        InterfaceNames.Visitor visitor =
                (index, name, description) -> sum[0] += index + name.length() + description.length();

        long bytes = onLoop(() -> AllocatedBytes.leastOf(50, () -> {
            for (int i = 0; i < 10_000; i++) {
                names.forEach(visitor);
            }
        }));

        assertEquals(0, bytes);
        assertTrue(sum[0] > 0);
    }
}
